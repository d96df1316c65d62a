/** What a definition may say, and what becomes of it. */
import { createRun, defineMachine, type MachineDefinition } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { door, machineOf, runOf } from './machines.ts'
import { expectBugs } from './quiet.ts'

expectBugs()

type Definition = MachineDefinition<any, any, any, any>
const valid = { name: 'm', version: '1', initial: 0, on: {} }
const define = (part: object): unknown => defineMachine({ ...valid, ...part } as Definition)

describe('a definition', () => {
  test.each(['a', 'a-b', 'a1', 'a--', 'a'.repeat(100)])('may have the name %j', (name) => {
    expect(define({ name })).toMatchObject({ name })
  })

  test.each(['', 'A', '1a', '-a', 'a_b', 'a b', 'ä', 'a\n', 'a'.repeat(101)])('may not have the name %j', (name) => {
    expect(() => define({ name })).toThrow(RangeError)
    expect(() => define({ name })).toThrow(/name/)
  })

  test.each(['1', '1.2.3', '2024-01', 'a.b-c', 'v1', '1'.repeat(100), 'lock'])('may have the version %j', (version) => {
    expect(define({ version })).toMatchObject({ version })
  })

  test.each(['', '.1', '1.', '1..2', '1-', '1_2', '1 2', '1/2', '1.lock', '1\n', '1'.repeat(101)])(
    'may not have the version %j',
    (version) => {
      expect(() => define({ version })).toThrow(RangeError)
      expect(() => define({ version })).toThrow(/version/)
    },
  )

  test.each<[string, object, RegExp]>([
    ['a name that is no string', { name: 1 }, /name .*1.*string/],
    ['a version that is no string', { version: 1 }, /version .*1.*string/],
    ['isDone that is no function', { isDone: true }, /isDone .*true.*function/],
    ['isFatal that is no function', { isFatal: {} }, /isFatal .*object.*function/],
    ['a transition that is no function', { on: undefined, transition: 1 }, /transition .*1.*function/],
    ['final that is no array', { final: 'done' }, /final .*"done".*array/],
    ['events that are no schema', { events: {} }, /events .*Standard Schema/],
    ['a transition beside on', { transition: () => 0 }, /transition/],
    ['a transition beside states', { on: undefined, states: {}, transition: () => 0 }, /transition/],
    ['nothing that handles events', { on: undefined }, /states|on|transition/],
    ['a table that is no object', { on: 1 }, /on .*1.*object/],
    ['a state whose table is no object', { states: { a: null } }, /states\.a .*null.*object/],
    ['a handler that is neither function nor name', { on: { X: 1 } }, /on\.X .*1.*handler/],
    ['an initial state that is not plain', { initial: { at: new Date(0) } }, /m@1.*initial\.at .*Date/],
    ['no initial state', { initial: undefined }, /m@1.*initial .*undefined/],
  ])('may not have %s', (_title, part, message) => {
    expect(() => define(part)).toThrow(TypeError)
    expect(() => define(part)).toThrow(message)
  })

  test.each([undefined, null, 1, 'door'])('may not be %j', (definition) => {
    expect(() => defineMachine(definition as never)).toThrow(/definition .*name, version, initial/)
  })

  test('may be given after the types alone, and is the same', () => {
    const named = defineMachine<{ state: number; event: { type: 'INC' }; input: { from: number } }>()({
      name: 'counter',
      version: '1',
      initial: ({ from }) => from,
      on: { INC: (count) => count + 1 },
    })
    const run = createRun(named, { input: { from: 1 } })
    run.in.send({ type: 'INC' })
    expect([run.state, Object.isFrozen(named)]).toEqual([2, true])
    expect(() => defineMachine<{ state: number; event: { type: 'INC' } }>()({ ...valid, name: '?' })).toThrow(
      RangeError,
    )
  })

  test('may not lead to a state that does not exist', () => {
    expect(() => define({ states: { a: { X: 'b' } } })).toThrow(RangeError)
    expect(() => define({ states: { a: { X: 'b' } } })).toThrow(/states\.a\.X .*"b"/)
    expect(define({ initial: { at: 'a' }, states: { a: { X: 'b' } }, final: ['b'] })).toBeTypeOf('object')
  })

  test('gives a frozen machine, and createRun takes no other', () => {
    expect(Object.isFrozen(door)).toBe(true)
    expect(() => createRun({ ...door })).toThrow(TypeError)
    expect(() => createRun(undefined as never)).toThrow(/machine .*undefined.*made by defineMachine/)
  })

  test('is copied if it is data: changing it later changes nothing', () => {
    const initial = { at: 'a', deep: { n: 1 } }
    const machine = define({ initial }) as ReturnType<typeof machineOf>
    initial.deep.n = 2
    expect(createRun(machine).snapshot.current.state).toEqual({ at: 'a', deep: { n: 1 } })
  })
})

describe('an event', () => {
  test('is handled by the state that the run is in', () => {
    const run = createRun(door)
    run.in.send({ type: 'OPEN' })
    run.in.send({ type: 'LOCK', code: '1' })
    expect(run.snapshot.current.state).toEqual({ at: 'open' })
    run.in.send([{ type: 'CLOSE' }, { type: 'LOCK', code: '1' }])
    expect(run.snapshot.current.state).toEqual({ at: 'locked', code: '1' })
  })

  test('that nothing handles leaves the very same state, and is part of the history', () => {
    const run = createRun(door)
    const { state } = run.snapshot.current
    expect(run.in.send({ type: 'CLOSE' })).toBeUndefined()
    expect(run.snapshot.current.state).toBe(state)
    expect(run.toJSON().records[1]).toMatchObject({ events: [{ type: 'CLOSE' }] })
  })

  test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'of the type %s is one like another',
    (type) => {
      const inherited = { [type]: () => ({ at: 'inherited' }) }
      const table = Object.create(inherited) as object
      const on = createRun(define({ initial: { at: 'a' }, on: table }) as ReturnType<typeof machineOf>)
      const states = createRun(define({ initial: { at: 'a' }, states: { a: table } }) as ReturnType<typeof machineOf>)
      for (const run of [on, states]) {
        expect(run.in.send({ type })).toBeUndefined()
        expect(run.snapshot.current).toEqual({ state: { at: 'a' }, status: 'active', sequence: 1 })
      }
    },
  )

  test('is handled by states before on, and by on if states do not handle it', () => {
    const machine = define({
      initial: { at: 'a' },
      states: { a: { X: () => ({ at: 'b' }) }, b: {} },
      on: { X: () => ({ at: 'a' }), Y: () => ({ at: 'b' }) },
    })
    const run = createRun(machine as ReturnType<typeof machineOf>)
    run.in.send({ type: 'X' })
    expect(run.snapshot.current.state.at).toBe('b')
    run.in.send({ type: 'X' })
    expect(run.snapshot.current.state.at).toBe('a')
    run.in.send({ type: 'Y' })
    expect(run.snapshot.current.state.at).toBe('b')
  })

  test('reaches a transition that stands alone', () => {
    const run = runOf((count, event) => (event.type === 'INC' ? count + 1 : count))
    run.in.send([{ type: 'INC' }, { type: 'other' }, { type: 'INC' }])
    expect(run.snapshot.current.state).toBe(2)
  })
})

describe('completion', () => {
  test.each<[string, object]>([
    ['final', { initial: { at: 'a' }, states: { a: { X: 'z' }, z: {} }, on: undefined, final: ['z'] }],
    [
      'isDone',
      { initial: { at: 'a' }, on: { X: () => ({ at: 'z' }) }, isDone: ({ at }: { at: string }) => at === 'z' },
    ],
    [
      'final beside isDone',
      { initial: { at: 'a' }, on: { X: () => ({ at: 'z' }) }, final: ['z'], isDone: () => false },
    ],
  ])('is what %s says', (_title, part) => {
    const run = createRun(define(part) as ReturnType<typeof machineOf>)
    run.in.send({ type: 'other' })
    expect(run.snapshot.current.status).toBe('active')
    run.in.send({ type: 'X' })
    expect(run.snapshot.current).toEqual({ state: { at: 'z' }, status: 'done', sequence: 2 })
  })

  test('at birth makes a run that is done, and takes nothing', async () => {
    const run = createRun(machineOf(() => 1, { isDone: () => true }))
    expect(run.snapshot.current).toEqual({ state: 0, status: 'done', sequence: 0 })
    expect(run.in.send({ type: 'X' })).toMatchObject({ code: 'RUN_DONE' })
    await expect(run.in.getWriter().write({ type: 'X' })).rejects.toMatchObject({ code: 'RUN_DONE' })
  })

  test('refuses a whole batch that continues after it, with the index', () => {
    const run = runOf((_state, event) => event.type, { isDone: (state) => state === 'END' })
    const refusal = run.in.send([{ type: 'A' }, { type: 'END' }, { type: 'B' }])
    expect(refusal).toMatchObject({ code: 'RUN_DONE', index: 2, sequence: 0 })
    expect(run.snapshot.current).toEqual({ state: 0, status: 'active', sequence: 0 })
    expect(run.in.send([{ type: 'A' }, { type: 'END' }])).toBeUndefined()
    expect(run.snapshot.current.status).toBe('done')
  })

  test('that throws refuses the batch', () => {
    const isDone = (state: unknown): boolean => {
      if (state === 'bad') throw new Error('no idea')
      return false
    }
    const run = runOf((_state, event) => event.type, { isDone })
    expect(run.in.send([{ type: 'good' }, { type: 'bad' }])).toMatchObject({ code: 'TRANSITION_FAILED', index: 1 })
    expect(run.snapshot.current.state).toBe(0)
  })
})
