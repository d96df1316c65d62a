/** Effects: outputs handled side by side, and what they come to written back. */
import { createRun, defineMachine, handleOutputs, restoreRun } from '@xmachines/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { expectBugs } from './quiet.ts'
import { settled } from './streams.ts'

expectBugs()

type Event = { type: 'ASK'; n: number } | { type: 'TOLD'; n: number } | { type: 'END' } | { type: 'BREAK' }
type Output = { type: 'fetch'; n: number } | { type: 'note' }
type State = { asked: readonly number[]; told: readonly number[]; ended: boolean }

const machine = defineMachine<State, Event, Output>({
  name: 'asking',
  version: '1',
  initial: { asked: [], told: [], ended: false },
  on: {
    ASK: (state, { n }, emit) => {
      emit({ type: 'fetch', n })
      return { ...state, asked: [...state.asked, n] }
    },
    TOLD: (state, { n }) => ({ ...state, told: [...state.told, n] }),
    END: (state, _event, emit) => {
      emit({ type: 'note' })
      return { ...state, ended: true }
    },
    BREAK: () => {
      throw new Error('asked to break')
    },
  },
  isDone: ({ ended }) => ended,
  isFatal: () => true,
})
const ask = (...numbers: number[]): Event[] => numbers.map((n) => ({ type: 'ASK', n }))

/** Promises that the test settles by hand. */
function gates() {
  const open = new Map<number, { resolve: () => void; reject: (thrown: unknown) => void }>()
  const wait = async (n: number): Promise<void> =>
    await new Promise<void>((resolve, reject) => open.set(n, { resolve, reject }))
  return {
    wait,
    open: (n: number) => open.get(n)?.resolve(),
    fail: (n: number, thrown: unknown) => open.get(n)?.reject(thrown),
  }
}

// Most of these handlers leave out a type on purpose, of which development warns.
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('handleOutputs', () => {
  test('starts outputs in order and side by side, and writes back the events that they give', async () => {
    const run = createRun(machine)
    const gate = gates()
    const started: number[] = []
    const handled = handleOutputs(run, {
      fetch: async ({ n }) => {
        started.push(n)
        await gate.wait(n)
        return { type: 'TOLD', n }
      },
    })
    run.in.send(ask(1, 2, 3))
    await settled()
    expect(started).toEqual([1, 2, 3])
    for (const n of [3, 1, 2]) {
      gate.open(n)
      await settled()
    }
    expect(run.snapshot.current.state.told).toEqual([3, 1, 2])
    run.in.send({ type: 'END' })
    expect(await handled).toBe(4)
  })

  test('takes nothing, an event or a batch, at once or in a promise', async () => {
    const run = createRun(machine)
    const answers = [
      undefined,
      { type: 'TOLD', n: 1 },
      [
        { type: 'TOLD', n: 2 },
        { type: 'TOLD', n: 3 },
      ],
      Promise.resolve({ type: 'TOLD', n: 4 }),
    ]
    const handled = handleOutputs(run, { fetch: ({ n }) => answers[n] as never })
    run.in.send(ask(0, 1, 2, 3))
    await settled()
    expect(run.snapshot.current).toMatchObject({ state: { told: [1, 2, 3, 4] }, sequence: 4 })
    run.in.send({ type: 'END' })
    await handled
  })

  test('gives each handler a key that is the same in every replay', async () => {
    const run = createRun(machine)
    const keys: string[] = []
    const handlers = { fetch: (_output: object, { key }: { key: string }) => void keys.push(key) }
    const abort = new AbortController()
    const first = handleOutputs(run, handlers, { signal: abort.signal })
    run.in.send(ask(1, 2))
    await settled()
    abort.abort()
    await first
    run.in.send({ type: 'END' })
    await handleOutputs(restoreRun(machine, run.toJSON()), handlers, { from: 'start' })
    expect(keys).toEqual([`${run.id}/0`, `${run.id}/1`, `${run.id}/0`, `${run.id}/1`])
  })

  test('reports each new position up to which every output has settled', async () => {
    const run = createRun(machine)
    const gate = gates()
    const positions: number[] = []
    const handled = handleOutputs(
      run,
      { fetch: async ({ n }) => await gate.wait(n) },
      { onSettled: (at) => positions.push(at) },
    )
    run.in.send(ask(1, 2, 3))
    await settled()
    gate.open(2)
    await settled()
    expect(positions).toEqual([])
    gate.open(1)
    await settled()
    expect(positions).toEqual([2])
    gate.open(3)
    run.in.send({ type: 'END' })
    expect(await handled).toBe(4)
    expect(positions.at(-1)).toBe(4)
  })

  test('settles an output when its events were applied, or refused', async () => {
    const run = createRun(machine)
    const seen: unknown[] = []
    const handled = handleOutputs(
      run,
      { fetch: ({ n }) => ({ type: 'TOLD', n }) },
      { onSettled: (at) => seen.push([at, run.snapshot.current.state.told.length]) },
    )
    run.in.send(ask(1))
    await settled()
    expect(seen).toEqual([[1, 1]])
    run.in.send({ type: 'END' })
    await handled
    const lenient = createRun(
      defineMachine<number, Event, Output>({
        name: 'm',
        version: '1',
        initial: 0,
        on: { ASK: (n, _e, emit) => (emit({ type: 'note' }), n) },
      }),
    )
    const settledAt: number[] = []
    const abort = new AbortController()
    const reader = lenient.err.getReader()
    const other = handleOutputs(
      lenient,
      { note: () => 'nonsense' as never },
      { signal: abort.signal, onSettled: (at) => settledAt.push(at) },
    )
    lenient.in.send(ask(1))
    expect((await reader.read()).value?.code).toBe('INVALID_EVENT')
    await settled()
    expect(settledAt).toEqual([1])
    abort.abort()
    expect(await other).toBe(1)
  })

  test('settles an output without a handler at once, and only own members are handlers', async () => {
    const silent = defineMachine<number, { type: 'GO' | 'END' }, Output>({
      name: 'silent',
      version: '1',
      initial: 0,
      on: {
        GO: (n, _event, emit) => {
          emit({ type: 'toString' } as never)
          emit('text' as never)
          return n
        },
        END: () => 1,
      },
      isDone: (n) => n === 1,
    })
    const run = createRun(silent)
    run.in.send({ type: 'GO' })
    run.in.send({ type: 'END' })
    expect(await handleOutputs(run, {})).toBe(2)
  })

  test('begins where out begins, or at a given position', async () => {
    const run = createRun(machine)
    run.in.send(ask(1, 2))
    const restored = restoreRun(machine, run.toJSON())
    restored.in.send([...ask(3), { type: 'END' }])
    const handled = async (from?: 'now' | 'start' | number) => {
      const seen: number[] = []
      const end = await handleOutputs(
        restored,
        { fetch: ({ n }) => void seen.push(n) },
        from === undefined ? {} : { from },
      )
      return [seen, end]
    }
    expect(await handled()).toEqual([[3], 4])
    expect(await handled('start')).toEqual([[1, 2, 3], 4])
    expect(await handled(1)).toEqual([[2, 3], 4])
    expect(await handled('now')).toEqual([[], 4])
    await expect(handled(9)).rejects.toThrow(RangeError)
  })

  test('ends when its signal aborts: handlers are aborted, and their outputs have not settled', async () => {
    const run = createRun(machine)
    const abort = new AbortController()
    const gate = gates()
    const reasons: unknown[] = []
    const handled = handleOutputs(
      run,
      {
        fetch: async ({ n }, { signal }) => {
          signal.addEventListener('abort', () => reasons.push(signal.reason))
          await gate.wait(n)
          return { type: 'TOLD', n }
        },
      },
      { signal: abort.signal },
    )
    run.in.send(ask(1, 2))
    await settled()
    gate.open(1)
    await settled()
    abort.abort('enough')
    expect(await handled).toBe(1)
    gate.open(2)
    await settled()
    expect(run.snapshot.current.state.told).toEqual([1])
    expect(reasons).toContain('enough')
    const again: number[] = []
    run.in.send({ type: 'END' })
    await handleOutputs(run, { fetch: ({ n }) => void again.push(n) }, { from: 1 })
    expect(again).toEqual([2])
  })

  test('starts nothing if its signal has already aborted', async () => {
    const run = createRun(machine)
    run.in.send(ask(1, 2))
    let started = 0
    const handled = handleOutputs(run, { fetch: () => void started++ }, { signal: AbortSignal.abort() })
    expect(await handled).toBe(0)
    await settled()
    expect(started).toBe(0)
  })

  test.each(['throws', 'rejects'])('ends with the error that a handler %s, and aborts the others', async (how) => {
    const run = createRun(machine)
    const thrown = new Error('unexpected')
    let aborted = false
    const handled = handleOutputs(run, {
      fetch: ({ n }, { signal }) => {
        if (n === 1) return new Promise(() => signal.addEventListener('abort', () => (aborted = true)))
        if (how === 'throws') throw thrown
        return Promise.reject(thrown)
      },
    })
    run.in.send(ask(1, 2, 3))
    await expect(handled).rejects.toBe(thrown)
    expect(aborted).toBe(true)
    expect(run.snapshot.current).toMatchObject({ status: 'active', state: { told: [] } })
  })

  test('resolves when the run ends for good, and when it had ended before', async () => {
    const run = createRun(machine)
    const handled = handleOutputs(run, {})
    run.in.send(ask(1))
    run.in.send({ type: 'BREAK' })
    expect(await handled).toBe(1)
    expect(await handleOutputs(run, { fetch: ({ n }) => ({ type: 'TOLD', n }) })).toBe(1)
  })

  test('handles outputs by the thousand without waiting for one another', async () => {
    const run = createRun(machine)
    const handled = handleOutputs(run, { fetch: async ({ n }) => (n % 1000 === 0 ? { type: 'TOLD', n } : undefined) })
    run.in.send(ask(...Array.from({ length: 3000 }, (_, n) => n)))
    await settled()
    expect(run.snapshot.current.state.told).toEqual([0, 1000, 2000])
    run.in.send({ type: 'END' })
    expect(await handled).toBe(3001)
  })

  test('that is aborted while an event is written answers with its output settled, and is silent from then on', async () => {
    for (let microtasks = 0; microtasks < 6; microtasks++) {
      const run = createRun(machine)
      const abort = new AbortController()
      const told: number[] = []
      const handling = handleOutputs(
        run,
        { fetch: ({ n }) => ({ type: 'TOLD', n }) },
        { signal: abort.signal, onSettled: (position) => told.push(position) },
      )
      run.in.send(ask(1))
      for (let turn = 0; turn < microtasks; turn++) await Promise.resolve()
      abort.abort()
      const answer = await handling
      expect([answer, told.at(-1) ?? 0]).toEqual([run.snapshot.current.state.told.length, answer])
      await settled()
      expect([run.snapshot.current.state.told.length, told.at(-1) ?? 0]).toEqual([answer, answer])
    }
  })

  test('refuses wrong handlers and a wrong position at once', async () => {
    await expect(handleOutputs(createRun(machine), null as never)).rejects.toThrow(/handlers is null; it must be/)
    await expect(handleOutputs(createRun(machine), {}, { from: 'bogus' as never })).rejects.toThrow(RangeError)
  })
})
