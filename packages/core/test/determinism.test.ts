/** Outside production builds each batch is stepped twice, the second time with members in canonical order. */
import { createRun, type RunError } from '@xmachines/core'
import { describe, expect, test, vi } from 'vitest'
import { machineOf, runOf } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { thrownBy } from './thrown.ts'

expectBugs()

describe('a difference is refused as NONDETERMINISTIC, with the first path that differs:', () => {
  let count = 0
  test.each<[string, (state: any, event: any, emit: (output: unknown) => void) => unknown, string]>([
    ['Math.random in a state', () => ({ a: { list: [1, Math.random()] } }), 'state.a.list[1] had two results'],
    ['Date.now in a state', () => ({ at: Date.now() }), 'state.at had two'],
    ['a state that is one value and then another', () => ++count, 'state had two'],
    ['an output', (state, _event, emit) => (emit({ n: ++count }), state), 'outputs[0].n had two'],
    ['the number of outputs', (state, _event, emit) => (++count % 2 && emit({}), state), 'outputs[0] had two'],
    ['the order of an event’s members', (_state, event) => Object.keys(event.value), 'state[0] had two'],
    ['a member that is there and then not', () => (++count % 2 ? { a: 1 } : {}), 'state.a had two'],
    [
      'a throw',
      (state) => {
        if (++count % 2) throw new Error('sometimes')
        return state
      },
      'the event had two',
    ],
  ])('%s', (_title, handle, message) => {
    const now = vi.spyOn(Date, 'now').mockImplementation(() => ++count)
    const run = runOf(handle, { initial: {} })
    const refusal = run.in.send({ type: 'X', value: { b: 1, a: 2 } })
    now.mockRestore()
    expect(refusal).toMatchObject({ code: 'NONDETERMINISTIC', sequence: 0 })
    expect(refusal?.message).toContain(message)
    expect(run.snapshot.current).toMatchObject({ state: {}, sequence: 0 })
    expect(run.position).toBe(0)
  })

  test('completion', () => {
    const run = runOf((state) => state + 1, { isDone: (state) => state === 1 && ++count % 2 === 0 })
    expect(run.in.send({ type: 'X' })?.message).toContain('whether the run is done had two results')
  })

  test('the order of a state’s members', () => {
    const run = runOf((state) => ({ keys: Object.keys(state).join() }), { initial: { b: 1, a: 2 } })
    expect(run.in.send({ type: 'X' })?.message).toContain('state.keys had two results')
  })

  // The history says 0, and says nothing of what is undefined, so a run that is opened from a state has 0 and nothing.
  test.each<[string, unknown, (state: any) => unknown]>([
    ['−0 from 0', { n: -0 }, ({ n }) => ({ n, by: 1 / n > 0 })],
    ['−0 from 0 in an array', { list: [1, -0] }, ({ list }) => ({ list, by: Object.is(list[1], -0) })],
    ['a member that is undefined from none', { a: undefined, n: 1 }, (state) => ({ ...state, by: 'a' in state })],
    [
      'a deeper member that is undefined from none',
      { deep: { n: 1, a: undefined } },
      ({ deep }) => ({ deep, by: Object.keys(deep).length }),
    ],
    ['a state that is −0', -0, (state) => ({ by: Object.is(state, -0) })],
  ])('a handler that tells %s', (_title, initial, handle) => {
    const run = runOf((state, event) => (event.type === 'MAKE' ? initial : handle(state)), { initial: 1 })
    expect(run.in.send({ type: 'MAKE' })).toBeUndefined()
    expect(run.in.send({ type: 'X' })).toMatchObject({
      code: 'NONDETERMINISTIC',
      message: expect.stringContaining('state.by had two results'),
    })
  })

  test('not that a handler makes −0 and members that are undefined, and passes them on', () => {
    const run = runOf(
      (state, event, emit) => {
        emit({ type: 'o', ...state, list: [-0, ...(state.list ?? [])] })
        return { ...state, n: -0, u: undefined, list: [-0, { n: -0, u: undefined }], [event.type]: -0 }
      },
      { initial: { n: 0 } },
    )
    for (const type of ['A', 'B', 'C']) expect(run.in.send({ type })).toBeUndefined()
    expect(run.position).toBe(3)
  })

  test('initial', () => {
    const machine = machineOf((state) => state, { initial: () => ({ id: ++count }) })
    const thrown = thrownBy<RunError>(() => createRun(machine))
    expect(thrown).toMatchObject({ code: 'NONDETERMINISTIC' })
    expect(thrown.message).toContain('initial state.id had two values')
    const ordered = machineOf((state) => state, { initial: (input: object) => Object.keys(input) })
    expect(thrownBy<RunError>(() => createRun(ordered, { input: { b: 1, a: 2 } }))).toMatchObject({
      code: 'NONDETERMINISTIC',
    })
  })
})

describe('the check', () => {
  test('accepts the same data in another order', () => {
    const run = runOf((state, event) => ({ ...state, ...event.value }), { initial: { z: 1 } })
    expect(run.in.send({ type: 'X', value: { b: [{ d: 1, c: 2 }], a: 2 } })).toBeUndefined()
  })

  test('sees frozen data the second time too', () => {
    const frozen: boolean[] = []
    const run = runOf(
      (state, event) => {
        frozen.push(Object.isFrozen(state.deep), Object.isFrozen(event.value))
        return state
      },
      { initial: { deep: {} } },
    )
    run.in.send({ type: 'X', value: {} })
    expect(frozen).toEqual([true, true, true, true])
  })

  test('is left out if checkDeterminism is false', () => {
    let calls = 0
    const machine = machineOf(() => ++calls, { initial: () => ++calls })
    const run = createRun(machine, { checkDeterminism: false })
    expect(run.in.send({ type: 'X' })).toBeUndefined()
    expect(run.snapshot.current.state).toBe(2)
  })

  test('tells once of a machine that writes to its run both times', async () => {
    const run = runOf((state, event) => {
      if (event.type === 'X') run.in.send({ type: 'Y' })
      return state
    })
    const reader = run.err.getReader()
    run.in.send({ type: 'X' })
    expect((await reader.read()).value).toMatchObject({ code: 'REENTRANT' })
    run.in.send(1 as never)
    expect((await reader.read()).value).toMatchObject({ code: 'INVALID_EVENT' })
  })
})
