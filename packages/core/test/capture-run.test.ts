/** Runs captured as files: what they hold, what is replaced in them, and what they say when they no longer replay. */
import { createRun, defineMachine, forkRun, type Machine, RunError, refuse, restoreRun } from '@xmachines/core'
import { captureRun, type RedactRule } from '@xmachines/core/capture'
import { sha256 } from '@xmachines/core/sha256'
import { memoryStore, openShared, recordRun } from '@xmachines/core/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { expectBugs } from './quiet.ts'

expectBugs()

interface Signup {
  readonly email: string
  readonly notes: readonly string[]
}
type SignupEvent =
  | { readonly type: 'TYPED'; readonly email: string }
  | { readonly type: 'NOTED'; readonly note: { readonly text: string; readonly tags: readonly string[] } }
  | { readonly type: 'FAIL' }

const signup: Machine<Signup, SignupEvent, never, { readonly plan: string; readonly by?: string } | undefined> =
  defineMachine<Signup, SignupEvent, never, { readonly plan: string; readonly by?: string } | undefined>({
    name: 'signup',
    version: '1',
    initial: () => ({ email: '', notes: [] }),
    on: {
      TYPED: (state, { email }) => {
        if (!/^\S+@\S+\.\S+$/.test(email)) refuse(`${email} is no address.`, { email })
        return { ...state, email }
      },
      NOTED: (state, { note }) => ({ ...state, notes: [...state.notes, note.text] }),
      FAIL: () => {
        throw new Error('Ada')
      },
    },
  })

/** A run that has the name Ada in every place in which a value can be. */
function signedUp() {
  const run = createRun(signup, { input: { plan: 'pro', by: 'Ada' }, createdAt: 1_750_000_000 })
  run.in.send({ type: 'TYPED', email: 'ada@example.org' })
  run.in.send([
    { type: 'NOTED', note: { text: 'Ada, room 12', tags: ['Ada'] } },
    { type: 'NOTED', note: { text: 'née Byron', tags: [] } },
  ])
  run.in.send({ type: 'TYPED', email: 'Ada' })
  run.in.send({ type: 'FAIL' })
  return run
}

const all: readonly RedactRule[] = ['events.**', 'input.by']
const nonce = new Uint8Array(16).fill(7)

test('a captured run is its document with the refusals that it keeps, and restores to the same run', () => {
  const run = signedUp()
  const captured = captureRun(run)
  expect(captured).toMatchObject({ ...run.toJSON(), redacted: false })
  expect(captured.refusals.map(({ code, sequence, batch }) => [code, sequence, batch])).toEqual([
    ['REFUSED', 2, [{ type: 'TYPED', email: 'Ada' }]],
    ['TRANSITION_FAILED', 2, [{ type: 'FAIL' }]],
  ])
  expect(captured.refusals.map((refusal) => RunError.fromJSON(refusal).run)).toEqual([run.id, run.id])
  expect(restoreRun(signup, JSON.parse(JSON.stringify(captured)) as typeof captured).head).toBe(run.head)
})

test('a redacted run is a valid run of its own, which names no oid and no value of the original', () => {
  const run = signedUp()
  const captured = captureRun(run, { redact: all, nonce })
  const text = JSON.stringify(captured)
  expect(text).not.toMatch(/ada|byron|example|12/i)
  for (const { oid } of run.toJSON().records) expect(text).not.toContain(oid)
  expect(text).not.toContain(run.genesis.nonce)
  expect(captured).toMatchObject({ redacted: true, sequence: 2 })
  expect(captured.problem).toBeUndefined()
  expect(captured.refusals).toEqual([
    {
      name: 'RunError',
      code: 'REFUSED',
      message: 'redacted',
      sequence: 2,
      batch: [{ type: 'TYPED', email: 'xxx' }],
      index: 0,
      fatal: false,
    },
    expect.objectContaining({ code: 'TRANSITION_FAILED', batch: [{ type: 'FAIL' }] }),
  ])
  const restored = restoreRun(signup, captured)
  expect(restored.state).toEqual({ email: 'xxx@xxxxxxx.xxx', notes: ['xxx, xxxx 00', 'xxx xxxxx'] })
  expect(restored.genesis).toMatchObject({ input: { plan: 'pro', by: 'xxx' }, createdAt: 1_750_000_000 })
  expect(captureRun(run, { redact: all, nonce })).toEqual(captured)
  expect(captureRun(run, { redact: all }).head).not.toBe(captureRun(run, { redact: all }).head)
})

test('a redacted fork does not say where it was forked from', () => {
  const fork = forkRun(signedUp(), 1)
  expect(captureRun(fork).records[0]).toHaveProperty('forkedFrom')
  expect(captureRun(fork, { redact: [] }).records[0]).not.toHaveProperty('forkedFrom')
})

test('the format of a run stays, and so do the capture and the history of a shared run', async () => {
  const long = createRun(signup, { format: sha256, input: { plan: 'pro' } })
  const captured = captureRun(long, { redact: all })
  expect(restoreRun(signup, captured, { format: sha256 }).id).toHaveLength(64)
  const store = memoryStore()
  const run = signedUp()
  await recordRun(run, store).stop()
  const shared = await openShared(store, run.id, signup)
  expect(captureRun(shared, { redact: all, nonce })).toMatchObject({
    ...captureRun(run, { redact: all, nonce }),
    refusals: [],
  })
  shared.close()
})

describe('values are replaced', () => {
  const redacted = (...redact: RedactRule[]) =>
    captureRun(signedUp(), { redact }).records.flatMap((record) => ('events' in record ? record.events : []))

  test('by a path of a type, of any type, of items, and of any depth', () => {
    expect(redacted('events.NOTED.note.text')).toMatchObject([
      { email: 'ada@example.org' },
      { note: { text: 'xxx, xxxx 00', tags: ['Ada'] } },
      { note: { text: 'xxx xxxxx' } },
    ])
    expect(redacted('events.*.email')).toMatchObject([
      { email: 'xxx@xxxxxxx.xxx' },
      { note: { text: 'Ada, room 12' } },
      {},
    ])
    expect(redacted('events.NOTED.note.tags.*')).toMatchObject([
      {},
      { note: { text: 'Ada, room 12', tags: ['xxx'] } },
      {},
    ])
    expect(redacted(['events', '**', 'text'])).toMatchObject([
      { email: 'ada@example.org' },
      { note: { text: 'xxx, xxxx 00', tags: ['Ada'] } },
      {},
    ])
    expect(redacted('events.TYPED')[0]).toEqual({ type: 'TYPED', email: 'xxx@xxxxxxx.xxx' })
  })

  test('by a schema that gives another event', () => {
    const typed = z.object({ type: z.literal('TYPED'), email: z.string().transform(() => 'somebody@example.org') })
    const other = z.looseObject({ type: z.enum(['NOTED', 'FAIL']) })
    expect(redacted(z.union([typed, other]))).toMatchObject([{ email: 'somebody@example.org' }, { type: 'NOTED' }, {}])
    expect(() => redacted(typed)).toThrow(/^the schema of redact, event 0 of batch 2: it refused "NOTED": /)
    expect(() => redacted(typed.refine(() => Promise.resolve(true)))).toThrow(
      'it is asynchronous; give a synchronous one',
    )
  })

  test('by a function, which learns where a value is from, and may change what it gets', () => {
    const seen: unknown[] = []
    const events = redacted((value, place) => {
      seen.push([place.of, place.sequence, place.index])
      if (place.of !== 'input') Object.assign(value as object, { email: 'a@b.c' })
      return value
    })
    expect(events).toMatchObject([{ email: 'a@b.c' }, { email: 'a@b.c' }, { email: 'a@b.c' }])
    expect(seen).toEqual([
      ['input', 0, 0],
      ['history', 1, 0],
      ['history', 2, 0],
      ['history', 2, 1],
      ['refusal', 2, 0],
      ['refusal', 2, 0],
    ])
    expect(() => redacted(() => undefined)).toThrow('the redacted input')
    expect(() => redacted((value, { of }) => (of === 'input' ? value : {}))).toThrow(
      /^redact, batch 1: .*type is missing/,
    )
  })
})

test('a rule that can replace nothing is refused, and what it names', () => {
  const run = signedUp()
  const capture = (rule: unknown) => () => captureRun(run, { redact: [rule as RedactRule] })
  expect(capture('events.TYPO.email')).toThrow('names the event type "TYPO"; the machine has TYPED, NOTED, FAIL')
  expect(capture('state.email')).toThrow('it must be such as events.TYPE.member')
  expect(capture('events')).toThrow(RangeError)
  expect(capture(7)).toThrow('a rule of redact is 7; it must be a path, a Standard Schema or a function')
  expect(() => captureRun(run, { redact: 'events.**' as never })).toThrow('redact is "events.**"; it must be an array')
})

describe('a redacted history that no longer replays', () => {
  test('says from where on and why, and still shows the rest', () => {
    const captured = captureRun(signedUp(), { redact: [(value, { of }) => (of === 'input' ? value : swap(value))] })
    expect(captured.problem).toEqual({
      sequence: 1,
      message: expect.stringContaining('nobody is no address') as string,
    })
    expect(captured).toMatchObject({ sequence: 2, state: '' })
    expect(captured.records).toHaveLength(3)
    expect(() => restoreRun(signup, captured)).toThrow(captured.problem?.message)
  })

  const swap = (value: unknown) => ({ ...(value as object), ...('email' in (value as object) && { email: 'nobody' }) })

  test('is an error if the machine cannot even begin with the redacted input', () => {
    const strict = defineMachine<number, { type: 'INC' }, never, { from: number }>({
      name: 'strict',
      version: '1',
      initial: ({ from }) => (from > 0 ? from : refuse('It begins above 0.')),
      on: { INC: (count) => count + 1 },
    })
    const run = createRun(strict, { input: { from: 5 } })
    expect(() => captureRun(run, { redact: ['input.from'] })).toThrow(
      expect.objectContaining({ code: 'REPLAY_FAILED' }),
    )
  })
})

test('whatever the text is, what is left of it is length in characters, ASCII punctuation and zeros', () => {
  const note = defineMachine<string, { type: 'TYPED'; text: string }>({
    name: 'note',
    version: '1',
    initial: '',
    on: { TYPED: (_note, { text }) => text },
  })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const run = createRun(note)
      run.in.send({ type: 'TYPED', text })
      const left = restoreRun(note, captureRun(run, { redact: ['events.TYPED.text'] })).state
      expect(left).toMatch(/^[ -/0:-@[-`{-~x]*$/)
      expect(left).toHaveLength(Array.from(text).length)
    }),
  )
})
