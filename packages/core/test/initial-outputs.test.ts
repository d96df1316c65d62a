/** What `initial` emits: outputs 0 … of the genesis. */
import { createRun, defineMachine, forkRun, handleOutputs, type RunError, replayRun, restoreRun } from '@xmachines/core'
import { recordable, restoreSnapshot } from '@xmachines/core/internal'
import { describe, expect, test } from 'vitest'
import { all, settled, take } from './streams.ts'
import { thrownBy } from './thrown.ts'

type Event = { type: 'NEXT' } | { type: 'END' }
type Output = { type: 'wait'; turn: number }
type State = { turn: number; ended: boolean }
const light = defineMachine<State, Event, Output, { waits: number } | undefined>({
  name: 'light',
  version: '1',
  initial: (input, emit) => {
    for (let turn = 0; turn < (input?.waits ?? 1); turn++) emit({ type: 'wait', turn })
    return { turn: input?.waits ?? 1, ended: false }
  },
  on: {
    NEXT: (state, _event, emit) => {
      emit({ type: 'wait', turn: state.turn })
      return { ...state, turn: state.turn + 1 }
    },
    END: (state) => ({ ...state, ended: true }),
  },
  isDone: ({ ended }) => ended,
})
const wait = (turn: number): Output => ({ type: 'wait', turn })

describe('the outputs of a genesis', () => {
  test('are delivered by out of a created run, before all others', async () => {
    const run = createRun(light, { input: { waits: 2 } })
    expect([run.position, run.start]).toEqual([2, 0])
    run.in.send([{ type: 'NEXT' }, { type: 'END' }])
    expect(await all(run.out)).toEqual([wait(0), wait(1), wait(2)])
    expect(Object.isFrozen((await take(run.ports({ from: 'start' }).out, 1))[0])).toBe(true)
  })

  test('are handled with their own positions', async () => {
    const run = createRun(light, { input: { waits: 2 } })
    const keys: string[] = []
    const handled = handleOutputs(run, { wait: (_output, { key }) => void keys.push(key) })
    await settled()
    expect(keys).toEqual([`${run.id}/0`, `${run.id}/1`])
    run.in.send({ type: 'END' })
    expect(await handled).toBe(2)
  })

  test('do not fire again in a restored, replayed or forked run', async () => {
    const run = createRun(light, { input: { waits: 2 } })
    const forks = [forkRun(run, 0)]
    run.in.send({ type: 'NEXT' })
    const copies = [restoreRun(light, run.toJSON()), replayRun(light, run.toJSON()), forkRun(run, 1), ...forks]
    for (const copy of copies) {
      const { position } = copy
      expect(copy.start).toBe(position)
      copy.in.send([{ type: 'NEXT' }, { type: 'END' }])
      expect(await all(copy.out)).toHaveLength(1)
      expect((await all(copy.ports({ from: 'start' }).out)).slice(0, 2)).toEqual([wait(0), wait(1)])
    }
    expect(copies.map(({ position }) => position)).toEqual([4, 4, 4, 3])
  })

  test('are counted by a recorder and by a snapshot', async () => {
    const run = createRun(light, { input: { waits: 2 } })
    const recording = recordable(run)
    expect(recording.checkpoint().position).toBe(2)
    const view = recording.view()
    const ports = view.ports({}, () => Promise.resolve())
    view.show(recording.checkpoint())
    expect(await take(ports.out, 2)).toEqual([wait(0), wait(1)])
    run.in.send({ type: 'NEXT' })
    const { genesis, state, head: oid, position } = run
    const restored = restoreSnapshot(light, { genesis, state, oid, position, sequence: 1 }, [])
    restored.in.send([{ type: 'NEXT' }, { type: 'END' }])
    expect(restored.position).toBe(4)
    expect(await all(restored.out)).toEqual([wait(3)])
  })

  test('are emitted by a run that is born done', async () => {
    const born = defineMachine<{ at: 'over' }, Event, Output>({
      name: 'born',
      version: '1',
      initial: (_input, emit) => {
        emit(wait(0))
        return { at: 'over' }
      },
      states: { over: {} },
      final: ['over'],
    })
    expect(await all(createRun(born).out)).toEqual([wait(0)])
  })

  test('are not in the bytes of the genesis: an id is that of the same state without them', () => {
    const options = { createdAt: 0, nonce: new Uint8Array(16) }
    const silent = defineMachine<State, Event>({
      name: 'light',
      version: '1',
      initial: { turn: 1, ended: false },
      on: {},
    })
    expect(createRun(light, { ...options, input: undefined }).id).toBe(createRun(silent, options).id)
  })

  const refused = (initial: (emit: (output: never) => void) => void): RunError => {
    const wrong = defineMachine<number, Event, Output>({
      name: 'wrong',
      version: '1',
      initial: (_input, emit) => {
        initial(emit)
        return 0
      },
      on: {},
    })
    return thrownBy<RunError>(() => createRun(wrong))
  }

  test('must be plain data, whether or not the machine swallows the error', () => {
    const bad = { type: 'wait', when: new Date() } as never
    expect(refused((emit) => emit(bad))).toMatchObject({
      code: 'INVALID_OUTPUT',
      message: expect.stringMatching(/^wrong@1 cannot begin: output\.when is a Date/),
    })
    const swallowed = refused((emit) => {
      try {
        emit(bad)
      } catch {
        // As a careless machine would.
      }
    })
    expect(swallowed.code).toBe('INVALID_OUTPUT')
  })

  test('must be the same each time', () => {
    let calls = 0
    const error = refused((emit) => emit(wait(calls++) as never))
    expect(error).toMatchObject({
      code: 'NONDETERMINISTIC',
      message: expect.stringMatching(/initial outputs\[0\]\.turn/),
    })
  })

  test('cannot be emitted once initial has returned', () => {
    let late: ((output: never) => void) | undefined
    const keeping = defineMachine<number, Event, Output>({
      name: 'keeping',
      version: '1',
      initial: (_input, emit) => {
        late = emit
        return 0
      },
      on: {},
    })
    const run = createRun(keeping)
    expect(() => late?.(wait(0) as never)).toThrow(/emit was called after its handler returned/)
    expect(run.position).toBe(0)
  })

  test('go nowhere if a machine is asked for its initial state without a run', () => {
    expect(light.initial(undefined)).toEqual({ turn: 1, ended: false })
  })
})
