/** A history goes to a machine that has changed: old events become new ones, and those that no longer count are reported. */
import {
  createRun,
  defineMachine,
  handleOutputs,
  type OldEvent,
  type RunError,
  replayRun,
  restoreRun,
} from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { machineOf } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { settled, take } from './streams.ts'
import { thrownBy } from './thrown.ts'

expectBugs()

describe('replayRun', () => {
  const counting = (by: number, version = '1', initial = 0) =>
    defineMachine<number, { type: 'INC' }, { n: number }>({
      name: 'counter',
      version,
      initial,
      on: { INC: (count, _event, emit) => (emit({ n: count + by }), count + by) },
    })

  test('derives the state anew from the same input, nonce and batches, and fires no output again', async () => {
    const run = createRun(counting(1))
    run.in.send([{ type: 'INC' }, { type: 'INC' }])
    const replayed = replayRun(counting(10), JSON.parse(JSON.stringify(run)))
    expect(replayed.snapshot.current).toEqual({ state: 20, status: 'active', sequence: 1 })
    expect([replayed.id, replayed.head]).toEqual([run.id, run.head])
    expect(replayed.genesis.nonce).toBe(run.genesis.nonce)
    replayed.in.send({ type: 'INC' })
    expect(await take(replayed.out, 1)).toEqual([{ n: 30 }])
  })

  test('has another id if its genesis differs', () => {
    const run = createRun(counting(1))
    run.in.send({ type: 'INC' })
    for (const machine of [counting(1, '2'), counting(1, '1', 7)]) {
      const replayed = replayRun(machine, run.toJSON())
      expect(replayed.id).not.toBe(run.id)
      expect(restoreRun(machine, replayed.toJSON()).head).toBe(replayed.head)
    }
  })

  test('refuses events that the changed machine does not take, with the sequence', () => {
    const run = createRun(counting(1))
    run.in.send({ type: 'INC' })
    run.in.send({ type: 'INC' })
    const strict = machineOf((count) => {
      if (count > 0) throw new Error('enough')
      return count + 1
    })
    expect(thrownBy<RunError>(() => replayRun(strict, run.toJSON()))).toMatchObject({
      code: 'REPLAY_FAILED',
      sequence: 2,
    })
    expect(thrownBy<RunError>(() => replayRun(strict, []))).toMatchObject({ code: 'INVALID_HISTORY', sequence: 0 })
  })
})

type Old = { type: 'INC' } | { type: 'SET'; to: number } | { type: 'BEEP' }
const old = defineMachine<number, Old, { type: 'beep' }>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: {
    INC: (count) => count + 1,
    SET: (_count, { to }) => to,
    BEEP: (count, _event, emit) => {
      emit({ type: 'beep' })
      return count
    },
  },
})
type New = { type: 'ADD'; by?: number } | { type: 'PUT'; to: number }
const changed = defineMachine<{ count: number }, New, { type: 'added' }>({
  name: 'counter',
  version: '2',
  initial: { count: 0 },
  on: {
    ADD: ({ count }, { by = 1 }, emit) => {
      emit({ type: 'added' })
      return { count: count + by }
    },
    PUT: (_state, { to }) => {
      if (to > 100) throw new Error('too much')
      return { count: to }
    },
  },
})

function oldRun() {
  const run = createRun(old)
  run.in.send({ type: 'INC' })
  run.in.send([{ type: 'BEEP' }, { type: 'INC' }])
  run.in.send({ type: 'BEEP' })
  run.in.send([{ type: 'SET', to: 5 }, { type: 'INC' }])
  return run
}
const eventsOf = (run: { toJSON(): { records: readonly object[] } }): unknown[] =>
  run
    .toJSON()
    .records.slice(1)
    .map((record) => 'events' in record && record.events)

describe('replayRun with rename', () => {
  test('gives old types of events new names', () => {
    const run = replayRun(changed, oldRun().toJSON(), { rename: { INC: 'ADD', SET: 'PUT' } })
    expect(run.state).toEqual({ count: 6 })
    expect(eventsOf(run)).toEqual([
      [{ type: 'ADD' }],
      [{ type: 'BEEP' }, { type: 'ADD' }],
      [{ type: 'BEEP' }],
      [{ type: 'PUT', to: 5 }, { type: 'ADD' }],
    ])
  })

  test('makes new events of old ones, and leaves out those for which there is none', () => {
    const seen: unknown[] = []
    const rename = (event: OldEvent, sequence: number): New | undefined => {
      seen.push([event['type'], sequence])
      if (event.type === 'INC') return { type: 'ADD', by: 10 }
      return event.type === 'SET' ? { type: 'PUT', to: Number(event['to']) * 2 } : undefined
    }
    const run = replayRun(changed, oldRun().toJSON(), { rename })
    expect(run.state).toEqual({ count: 20 })
    expect(eventsOf(run)).toEqual([
      [{ type: 'ADD', by: 10 }],
      [{ type: 'ADD', by: 10 }],
      [
        { type: 'PUT', to: 10 },
        { type: 'ADD', by: 10 },
      ],
    ])
    expect(seen).toEqual([
      ['INC', 1],
      ['BEEP', 2],
      ['INC', 2],
      ['BEEP', 3],
      ['SET', 4],
      ['INC', 4],
    ])
    expect(restoreRun(changed, JSON.parse(JSON.stringify(run))).head).toBe(run.head)
  })

  test('fires no output again, and begins after those that the new machine emits', async () => {
    const run = replayRun(changed, oldRun().toJSON(), { rename: { INC: 'ADD', SET: 'PUT' } })
    expect([run.start, run.position]).toEqual([3, 3])
    const abort = new AbortController()
    let added = 0
    const handled = handleOutputs(run, { added: () => void added++ }, { signal: abort.signal })
    run.in.send({ type: 'ADD' })
    await settled()
    abort.abort()
    expect([added, await handled]).toEqual([1, 4])
  })

  test('reads only own members', () => {
    const run = createRun(defineMachine<number, { type: 'toString' }>({ name: 'm', version: '1', initial: 0, on: {} }))
    run.in.send({ type: 'toString' })
    expect(eventsOf(replayRun(changed, run.toJSON(), { rename: {} }))).toEqual([[{ type: 'toString' }]])
  })

  test('that gives no event fails with the sequence of the record', () => {
    const renamed = (made: unknown) =>
      thrownBy<RunError>(() =>
        replayRun(changed, oldRun().toJSON(), { rename: ({ type }) => (type === 'SET' ? made : { type }) as never }),
      )
    for (const wrong of [{}, null, 'ADD', { type: 1 }, { type: 'ADD', when: new Date() }]) {
      expect(renamed(wrong)).toMatchObject({ code: 'REPLAY_FAILED', sequence: 4 })
    }
    expect(renamed({}).message).toMatch(/rename gave no event: batch\[0\]\.type is missing/)
  })

  test('names the record at which the new machine fails, whatever was left out before', () => {
    const run = oldRun()
    run.in.send({ type: 'SET', to: 500 })
    const error = thrownBy<RunError>(() =>
      replayRun(changed, run.toJSON(), { rename: { INC: 'ADD', SET: 'PUT' }, onUnhandled: () => undefined }),
    )
    expect(error).toMatchObject({ code: 'REPLAY_FAILED', sequence: 5 })
  })
})

describe('replayRun with onUnhandled', () => {
  test('leaves out the events that the machine does not know, and gives them with their sequence', () => {
    const seen: unknown[] = []
    const run = replayRun(changed, oldRun().toJSON(), {
      rename: { INC: 'ADD' },
      onUnhandled: (event, sequence) => seen.push([event, sequence]),
    })
    expect(run.state).toEqual({ count: 3 })
    expect(seen).toEqual([
      [{ type: 'BEEP' }, 2],
      [{ type: 'BEEP' }, 3],
      [{ type: 'SET', to: 5 }, 4],
    ])
    expect(eventsOf(run)).toEqual([[{ type: 'ADD' }], [{ type: 'ADD' }], [{ type: 'ADD' }]])
  })

  test('left out keeps them in the history', () => {
    const run = replayRun(changed, oldRun().toJSON())
    expect(run.state).toEqual({ count: 0 })
    expect(run.snapshot.current.sequence).toBe(4)
  })

  test('does not concern an event that another state handles, nor a machine that is one function', () => {
    const door = defineMachine<{ at: 'open' } | { at: 'closed' }, { type: 'OPEN' } | { type: 'CLOSE' }>({
      name: 'door',
      version: '1',
      initial: { at: 'closed' },
      states: { open: { CLOSE: 'closed' }, closed: { OPEN: 'open' } },
    })
    const run = createRun(door)
    run.in.send([{ type: 'CLOSE' }, { type: 'OPEN' }])
    const seen: unknown[] = []
    const onUnhandled = (event: OldEvent) => void seen.push(event)
    expect(replayRun(door, run.toJSON(), { onUnhandled }).head).toBe(run.head)
    const counting = defineMachine<number, Old>({ name: 'counter', version: '3', initial: 0, transition: (n) => n + 1 })
    expect(replayRun(counting, oldRun().toJSON(), { onUnhandled }).state).toBe(6)
    expect(seen).toEqual([])
  })
})

test('rename and onUnhandled are checked', () => {
  for (const rename of ['ADD', 1, null]) {
    expect(() => replayRun(changed, oldRun().toJSON(), { rename: rename as never })).toThrow(
      /rename is .*; it must be an/,
    )
  }
  expect(() => replayRun(changed, oldRun().toJSON(), { onUnhandled: {} as never })).toThrow(/onUnhandled is an object/)
})
