/** Machines whose steps can be undone and redone. */
import { createRun, defineMachine, forkRun, restoreRun, toMermaid } from '@xmachines/core'
import { undoable } from '@xmachines/core/undo'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { expectBugs } from './quiet.ts'
import { all } from './streams.ts'

expectBugs()

type Event = { type: 'ADD'; by: number } | { type: 'SELECT'; row: number } | { type: 'NOTHING' } | { type: 'FAIL' }
type State = { sum: number; row: number }
const sheet = defineMachine<State, Event, { type: 'added' }, { from: number } | undefined>({
  name: 'sheet',
  version: '2',
  initial: (input, emit) => {
    if (input !== undefined) emit({ type: 'added' })
    return { sum: input?.from ?? 0, row: 0 }
  },
  on: {
    ADD: (state, { by }, emit) => {
      emit({ type: 'added' })
      return { ...state, sum: state.sum + by }
    },
    SELECT: (state, { row }) => ({ ...state, row }),
    FAIL: () => {
      throw new Error('asked to fail')
    },
  },
  isDone: ({ sum }) => sum >= 100,
  isFatal: (_error, { state }) => state.sum === 13,
})
const add = (by: number): Event => ({ type: 'ADD', by })
const undo = { type: 'UNDO' } as const
const redo = { type: 'REDO' } as const
const at = (sum: number, row = 0): State => ({ sum, row })

describe('undoable', () => {
  test('goes back and forth through the states, oldest past first, next future first', () => {
    const run = createRun(undoable(sheet))
    expect(run.state).toEqual({ past: [], present: at(0), future: [] })
    for (const by of [1, 10, 20]) run.in.send(add(by))
    expect(run.state).toEqual({ past: [at(0), at(1), at(11)], present: at(31), future: [] })
    run.in.send([undo, undo])
    expect(run.state).toEqual({ past: [at(0)], present: at(1), future: [at(11), at(31)] })
    run.in.send(redo)
    expect(run.state).toEqual({ past: [at(0), at(1)], present: at(11), future: [at(31)] })
    run.in.send(add(5))
    expect(run.state).toEqual({ past: [at(0), at(1), at(11)], present: at(16), future: [] })
  })

  test('keeps both in the history, which is restored and forked as any is', () => {
    const machine = undoable(sheet)
    const run = createRun(machine)
    run.in.send(add(1))
    run.in.send(undo)
    run.in.send(redo)
    expect(run.snapshot.current.sequence).toBe(3)
    expect(restoreRun(machine, JSON.parse(JSON.stringify(run))).state).toEqual(run.state)
    expect(forkRun(run, 2).state).toEqual({ past: [], present: at(0), future: [at(1)] })
  })

  test('has a name of its own and the version of the machine', () => {
    expect(undoable(sheet)).toMatchObject({ name: 'sheet-undoable', version: '2' })
  })

  test('leaves the state as it is if there is nothing to undo or redo', () => {
    const run = createRun(undoable(sheet))
    const { state } = run
    for (const event of [undo, redo]) expect(run.in.send(event)).toBeUndefined()
    expect(run.state).toBe(state)
    expect(run.snapshot.current.sequence).toBe(2)
    const reducer = defineMachine<number, { type: 'INC' }>({
      name: 'reducer',
      version: '1',
      initial: 0,
      transition: (count) => count + 1,
    })
    const counting = createRun(undoable(reducer))
    counting.in.send([undo, redo])
    expect(counting.state.present).toBe(0)
    counting.in.send([{ type: 'INC' }, undo])
    expect(counting.state).toEqual({ past: [], present: 0, future: [1] })
  })

  test('makes no step of an event that leaves the present as it is, and keeps the future', () => {
    const run = createRun(undoable(sheet))
    run.in.send([add(1), undo])
    const { state } = run
    run.in.send({ type: 'NOTHING' })
    expect(run.state).toBe(state)
  })

  test.each([
    ['their types', ['ADD'] as const],
    ['a function', ({ type }: Event) => type === 'ADD'],
  ])('makes a step only of the events that %s say', (_what, events) => {
    const run = createRun(undoable(sheet, { events }))
    run.in.send([add(1), { type: 'SELECT', row: 7 }])
    expect(run.state).toEqual({ past: [at(0)], present: at(1, 7), future: [] })
    run.in.send([undo, { type: 'SELECT', row: 3 }])
    expect(run.state).toEqual({ past: [], present: at(0, 3), future: [at(1, 7)] })
    run.in.send(redo)
    expect(run.state).toEqual({ past: [at(0, 3)], present: at(1, 7), future: [] })
  })

  test('forgets what is more than its limit of steps ago', () => {
    const run = createRun(undoable(sheet, { limit: 2 }))
    for (let time = 0; time < 5; time++) run.in.send(add(1))
    expect(run.state.past).toEqual([at(3), at(4)])
    run.in.send([undo, undo, undo, redo, redo])
    expect(run.state).toEqual({ past: [at(3), at(4)], present: at(5), future: [] })
    const many = createRun(
      undoable(
        defineMachine<number, { type: 'INC' }>({ name: 'many', version: '1', initial: 0, on: { INC: (n) => n + 1 } }),
      ),
    )
    many.in.send(Array.from({ length: 150 }, () => ({ type: 'INC' })))
    expect(many.state.past).toHaveLength(100)
  })

  test('emits what the machine emits, and nothing for what is undone or redone', async () => {
    const run = createRun(undoable(sheet), { input: { from: 50 } })
    run.in.send([add(1), undo, redo, add(60)])
    expect(run.snapshot.current.status).toBe('done')
    expect(await all(run.out)).toHaveLength(3)
  })

  test('refuses what the machine refuses, and asks it what is fatal', () => {
    const run = createRun(undoable(sheet))
    const refusal = run.in.send([add(1), { type: 'FAIL' }])
    expect(refusal).toMatchObject({ code: 'TRANSITION_FAILED', index: 1, fatal: false })
    expect(run.state.present).toEqual(at(0))
    run.in.send(add(13))
    expect(run.in.send({ type: 'FAIL' })?.fatal).toBe(true)
  })

  test('is done if the present state completes the machine', () => {
    const run = createRun(undoable(sheet))
    run.in.send(add(100))
    expect(run.snapshot.current.status).toBe('done')
    expect(run.in.send(undo)?.code).toBe('RUN_DONE')
  })

  test('lets UNDO and REDO pass the schema of the machine', () => {
    const machine = undoable(
      defineMachine<number, { type: 'ADD'; by: number }>({
        name: 'checked',
        version: '1',
        initial: 0,
        events: z.object({ type: z.literal('ADD'), by: z.coerce.number() }),
        on: { ADD: (sum, { by }) => sum + by },
      }),
    )
    const run = createRun(machine)
    expect(run.in.send({ type: 'ADD', by: '4' as never })).toBeUndefined()
    expect(run.in.send({ type: 'UNDO', more: 1 } as never)).toBeUndefined()
    expect(run.in.send({ type: 'REMOVE' } as never)?.code).toBe('SCHEMA_MISMATCH')
    expect(run.state).toEqual({ past: [], present: 0, future: [4] })
    expect(restoreRun(machine, run.toJSON(), { revalidate: true }).head).toBe(run.head)
  })

  type Lamp = { at: 'off' } | { at: 'on'; level: number } | { at: 'broken' }
  const lamp = defineMachine<Lamp, { type: 'PRESS' } | { type: 'HIT' }>({
    name: 'lamp',
    version: '1',
    initial: () => ({ at: 'off' }),
    states: { off: { PRESS: () => ({ at: 'on', level: 1 }) }, on: { PRESS: 'off', HIT: 'broken' }, broken: {} },
    final: ['broken'],
  })

  test('works with typestates, whose graph it keeps', () => {
    const machine = undoable(lamp)
    const run = createRun(machine)
    run.in.send([{ type: 'PRESS' }, undo, redo])
    expect(run.state).toEqual({ past: [{ at: 'off' }], present: { at: 'on', level: 1 }, future: [] })
    expect(toMermaid(machine)).toContain('on --> broken: HIT')
    expect(toMermaid(machine)).toContain('off --> off: PRESS ?, UNDO ?, REDO ?')
    run.in.send({ type: 'HIT' })
    expect(run.snapshot.current.status).toBe('done')
  })

  test('refuses a wrong initial state as the machine does', () => {
    const wrong = defineMachine<Lamp, { type: 'PRESS' }>({
      name: 'wrong',
      version: '1',
      initial: () => ({ at: 'nowhere' }) as never,
      states: { off: {}, on: {}, broken: {} },
    })
    expect(() => createRun(undoable(wrong))).toThrow(
      /initial state\.at is "nowhere"; it must be one of the states off, on/,
    )
  })

  test('does not walk again what its states share', () => {
    const rows = Array.from({ length: 2000 }, (_, id) => ({ id, text: `row ${id}` }))
    type Rows = { rows: readonly { id: number; text: string }[]; touched: number }
    const table = defineMachine<Rows, { type: 'TOUCH' }>({
      name: 'table',
      version: '1',
      initial: { rows, touched: 0 },
      on: { TOUCH: (state) => ({ ...state, touched: state.touched + 1 }) },
    })
    const run = createRun(undoable(table))
    for (let time = 0; time < 20; time++) run.in.send({ type: 'TOUCH' })
    run.in.send(undo)
    const { past, present, future } = run.state
    expect(new Set([...past, present, ...future].map((state) => state.rows)).size).toBe(1)
  })

  test.each([
    [{ limit: 0 }, RangeError, /limit is 0; it must be a number of steps from 1/],
    [{ limit: 1.5 }, RangeError, /limit is 1.5/],
    [{ limit: '3' }, TypeError, /limit is "3"/],
    [{ events: 'ADD' }, TypeError, /events is "ADD"; it must be an array of types of events, or a function/],
    [{ events: [1] }, TypeError, /events is an array/],
  ])('refuses the options %o', (options, kind, message) => {
    expect(() => undoable(sheet, options as never)).toThrow(kind)
    expect(() => undoable(sheet, options as never)).toThrow(message)
  })

  test('refuses what is no machine, a name that gets too long, and a machine with an UNDO of its own', () => {
    expect(() => undoable({} as never)).toThrow(/the machine is an object; it must be made by defineMachine/)
    const named = (name: string) => defineMachine<number, Event>({ name, version: '1', initial: 0, on: {} })
    expect(undoable(named('a'.repeat(91))).name).toHaveLength(100)
    expect(() => undoable(named('a'.repeat(92)))).toThrow(RangeError)
    expect(() => undoable(named('a'.repeat(92)))).toThrow(/with -undoable it may have 91/)
    expect(() => undoable(undoable(sheet))).toThrow(/machine sheet-undoable handles UNDO itself/)
  })
})
