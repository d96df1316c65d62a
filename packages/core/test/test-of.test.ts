/** Histories written as tests, which are run here. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, defineMachine, type History, type Machine, refuse } from '@xmachines/core'
import { captureRun } from '@xmachines/core/capture'
import { sha256 } from '@xmachines/core/sha256'
import { testOf } from '@xmachines/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { door } from './machines.ts'
import { turnstile } from './recipes/turnstile.ts'

type Noted = { readonly type: 'NOTED'; readonly value: unknown }
const notes: Machine<unknown, Noted, never, unknown> = defineMachine<unknown, Noted, never, unknown>({
  name: 'my-notes',
  version: '1',
  initial: (input: unknown) => input ?? null,
  on: { NOTED: (_notes, { value }) => (value === 'no' ? refuse('No.') : value) },
})

/** Runs the text of a test, with what it imports. */
function runTest(text: string, machine: unknown): string {
  const body = text.replace(/^import .*$/gm, '')
  const [, local = ''] = /^import \{ (?:\w+ as )?(\w+) \} from '\./m.exec(text) ?? []
  let title: string | undefined
  const take = (given: string, check: () => void): void => {
    title = given
    check()
  }
  const names = ['createRun', 'sha256', 'expect', 'test', local]
  // oxlint-disable-next-line typescript/no-implied-eval -- a test is source text here, and this is what runs it
  const run = new Function(...names, body) as (...given: unknown[]) => void
  run(createRun, sha256, expect, take, machine)
  return title ?? expect.unreachable('no test was called')
}

test('a pasted test is the file that recipes/turnstile-report.test.ts has, which is run', () => {
  const run = createRun(turnstile)
  run.in.send({ type: 'COIN' })
  run.in.send([{ type: 'PUSH' }, { type: 'PUSH' }])
  const pasted = readFileSync(join(import.meta.dirname, 'recipes/turnstile-report.test.ts'), 'utf8')
  expect(testOf(run.toJSON(), { machine: turnstile })).toBe(pasted)
})

describe('a test expects', () => {
  const run = createRun(notes, { input: { 'a key': ["it's", 'a\n\u2028\u202e"\\'] } })
  run.in.send({ type: 'NOTED', value: 'yes' })
  run.in.send({ type: 'NOTED', value: 'no' })
  run.in.send([
    { type: 'NOTED', value: 1 },
    { type: 'NOTED', value: { long: 'x'.repeat(100), list: [true, null] } },
  ])

  test('the state and the refusals, if the machine is given', () => {
    const text = testOf(captureRun(run), { machine: notes })
    expect(text).toContain("expect(run.in.send({ type: 'NOTED', value: 'no' })?.code).toBe('REFUSED')")
    expect(text).toContain(String.raw`input: { 'a key': ['it\'s', 'a\n\u2028\u202e"\\'] }`)
    expect(text).toContain("import { myNotes } from './my-notes.ts'")
    expect(runTest(text, notes)).toBe('my-notes@1 takes 2 batches')
    const changed = defineMachine<unknown, Noted, never, unknown>({
      name: 'my-notes',
      version: '1',
      initial: 0,
      on: { NOTED: () => 0 },
    })
    expect(() => runTest(text, changed)).toThrow()
  })

  test('the state that a document was saved with, if it is not, in the format of the history', () => {
    runTest(testOf(run.toJSON()), notes)
    const long = createRun(notes, { format: sha256, input: 7 })
    long.in.send({ type: 'NOTED', value: 1 })
    const text = testOf(long.toJSON(), { format: sha256 })
    expect(text).toContain('createRun(myNotes, { input: 7, format: sha256 })')
    runTest(text, notes)
    expect(testOf(run.toJSON().records)).not.toContain('state')
  })

  test('the end of a run that is done', () => {
    const ends = defineMachine<{ at: 'on' } | { at: 'off' }, { type: 'END' }>({
      name: 'test',
      version: '1',
      initial: { at: 'on' },
      states: { on: { END: 'off' }, off: {} },
      final: ['off'],
    })
    const ended = createRun(ends)
    ended.in.send({ type: 'END' })
    const text = testOf(ended.toJSON(), { machine: ends, title: 'it ends' })
    expect(text).toContain("import { test as machine } from './test.ts'")
    expect(text).toContain("toBe('done')")
    expect(runTest(text, ends)).toBe('it ends')
  })
})

test('the module and the export are named, and must be names', () => {
  const history = createRun(door).toJSON()
  expect(testOf(history, { from: '../src/doors.ts', as: 'default' })).toContain(
    "import { default as machine } from '../src/doors.ts'",
  )
  expect(testOf(history, { from: "'; process.exit() //", as: 'front' })).toContain(
    String.raw`from '\'; process.exit() //'`,
  )
  expect(() => testOf(history, { as: 'door }' })).toThrow('as is "door }"; it must be the name of an export')
  const [genesis] = history.records as readonly [object]
  const machine = { name: "door'\n", version: '1', oid: '' }
  const foreign = { ...history, records: [{ ...genesis, machine }] } as unknown as History
  expect(() => testOf(foreign)).toThrow('it must be NAME@VERSION as defineMachine takes them')
  expect(() => testOf({ ...history, records: [] } as History)).toThrow(
    expect.objectContaining({ code: 'INVALID_HISTORY' }),
  )
  expect(() => testOf(history, { machine: notes })).toThrow(expect.objectContaining({ code: 'MACHINE_MISMATCH' }))
})

test('whatever the events hold, a test of them runs, and nothing in them is run', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom("'", "');throw 1;('", '`${throw 1}`', '\\', '*/', '\u2028', '</script>', '\u202e'),
  )
  const values = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 3 },
      ),
    ),
  })).value
  fc.assert(
    fc.property(fc.array(values, { maxLength: 5 }), (sent) => {
      const run = createRun(notes)
      for (const value of sent) run.in.send({ type: 'NOTED', value })
      const written = testOf(captureRun(run), { machine: notes })
      // No line of it can be read otherwise than it is run.
      expect(written).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u)
      runTest(written, notes)
      runTest(testOf(run.toJSON()), notes)
    }),
  )
})
