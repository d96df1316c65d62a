/** Refusing by rule: refuse in a handler and in initial, and events that nothing handles. */
import {
  createRun,
  defineMachine,
  type MachineDefinition,
  RunError,
  refuse,
  replayRun,
  restoreRun,
} from '@xmachines/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { machineOf, runOf } from './machines.ts'
import { take } from './streams.ts'
import { thrownBy } from './thrown.ts'

let told: ReturnType<typeof vi.spyOn>
beforeEach(() => {
  told = vi.spyOn(console, 'error').mockReturnValue()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const strict = (more: Partial<MachineDefinition<any, any, any, any>> = {}) =>
  runOf((state, event) => {
    if (event.type === 'NO') refuse('Not now.', { until: { hour: 9, days: ['Mon'] }, open: true })
    if (event.type === 'BARE') refuse('Never.')
    return state + 1
  }, more)

describe('refuse', () => {
  test('refuses the batch with a reason and with details that are frozen', async () => {
    const run = strict()
    const refusal = run.in.send({ type: 'NO' }) as RunError
    expect(refusal).toBeInstanceOf(RunError)
    expect(refusal).toMatchObject({ code: 'REFUSED', reason: 'Not now.', index: 0, sequence: 0, fatal: false })
    expect(refusal.details).toEqual({ until: { hour: 9, days: ['Mon'] }, open: true })
    expect(Object.isFrozen((refusal.details as any).until.days)).toBe(true)
    expect(refusal.cause).toBeUndefined()
    expect(refusal.message).toBe('one@1 refused a batch at sequence 0: event 0 (NO): Not now.')
    expect(run.snapshot.current).toMatchObject({ state: 0, sequence: 0 })
    expect(await take(run.err, 1)).toEqual([refusal])
  })

  test('without details gives none', () => {
    const refusal = strict().in.send({ type: 'BARE' }) as RunError
    expect([refusal.reason, refusal.details]).toEqual(['Never.', undefined])
    expect(refusal.toJSON()).not.toHaveProperty('details')
  })

  test('is part of what the error is as plain data', () => {
    const run = strict()
    const refusal = run.in.send([{ type: 'X' }, { type: 'NO' }]) as RunError
    expect(JSON.parse(JSON.stringify(refusal))).toEqual({
      name: 'RunError',
      code: 'REFUSED',
      message: refusal.message,
      run: run.id,
      sequence: 0,
      batch: [{ type: 'X' }, { type: 'NO' }],
      index: 1,
      reason: 'Not now.',
      details: { until: { hour: 9, days: ['Mon'] }, open: true },
      fatal: false,
    })
  })

  test('refuses the whole batch, and none of its outputs are kept', () => {
    const run = runOf((state, event, emit) => {
      emit({ type: 'out' })
      if (event.type === 'NO') refuse('no')
      return state + 1
    })
    expect(run.in.send([{ type: 'X' }, { type: 'X' }, { type: 'NO' }])).toMatchObject({ code: 'REFUSED', index: 2 })
    expect([run.state, run.position]).toEqual([0, 0])
  })

  test('that a handler catches refuses nothing', () => {
    const run = runOf((state) => {
      try {
        refuse('no')
      } catch {
        return state + 1
      }
    })
    expect(run.in.send({ type: 'X' })).toBeUndefined()
    expect(run.state).toBe(1)
  })

  test('keeps its details from whoever gave them', () => {
    const given = { list: [1] }
    const run = runOf(() => refuse('no', given))
    const refusal = run.in.send({ type: 'X' })
    given.list.push(2)
    expect(refusal?.details).toEqual({ list: [1] })
  })

  test('takes any plain data as details', () => {
    for (const details of [null, 0, '', false, [], 'text', [{ a: 1 }]]) {
      const run = runOf(() => refuse('no', details))
      const refusal = run.in.send({ type: 'X' })
      expect(refusal?.details).toEqual(details)
      expect(refusal?.toJSON()['details']).toEqual(details)
    }
  })

  test.each<[string, () => never, RegExp]>([
    ['a reason that is no text', () => refuse(5 as never), /refuse: reason is 5; it must be text/],
    ['no reason', () => (refuse as () => never)(), /refuse: reason is undefined/],
    ['a reason that is not well-formed', () => refuse('\ud800'), /refuse\.reason has text with a lone surrogate/],
    ['a Date', () => refuse('no', { when: { at: new Date(0) } }), /refuse\.details\.when\.at is a Date/],
    ['a function', () => refuse('no', () => 1), /refuse\.details is a function/],
    ['NaN', () => refuse('no', [1, Number.NaN]), /refuse\.details\[1\] is NaN/],
    ['a Map', () => refuse('no', { map: new Map() }), /refuse\.details\.map is a Map/],
    [
      'a cycle',
      () => {
        const cycle: { self?: unknown } = {}
        cycle.self = cycle
        return refuse('no', cycle)
      },
      /refuse\.details.*deeper/,
    ],
  ])('of %s is a TypeError, and so a bug of the handler', (_title, act, message) => {
    expect(() => act()).toThrow(TypeError)
    expect(() => act()).toThrow(message)
    expect(runOf(act).in.send({ type: 'X' })).toMatchObject({ code: 'TRANSITION_FAILED', cause: expect.any(TypeError) })
  })

  test('in initial is thrown by createRun, with its reason and details', () => {
    const machine = machineOf((state) => state, { initial: (input: number) => refuse('Too many.', { most: input }) })
    const thrown = thrownBy<RunError>(() => createRun(machine, { input: 3 }))
    expect(thrown).toBeInstanceOf(RunError)
    expect(thrown).toMatchObject({ code: 'REFUSED', reason: 'Too many.', details: { most: 3 } })
    expect(thrown.cause).toBeUndefined()
    expect(thrown.message).toBe('one@1 cannot begin: Too many.')
  })

  test('in isDone is a bug', () => {
    const run = runOf((state) => state + 1, { isDone: (state) => (state > 0 ? refuse('no') : false) })
    const refusal = run.in.send({ type: 'X' })
    expect(refusal).toMatchObject({ code: 'TRANSITION_FAILED', reason: undefined })
    expect(refusal?.message).toContain('isDone threw refuse("no"); only a handler and initial may refuse')
    expect(told).toHaveBeenCalledTimes(1)
    const born = machineOf((state) => state, { isDone: () => refuse('no') })
    expect(thrownBy<RunError>(() => createRun(born)).code).toBe('TRANSITION_FAILED')
  })

  test('in isFatal is a bug that ends the run', () => {
    const run = strict({ isFatal: () => refuse('no') })
    expect(run.in.send({ type: 'NO' })).toMatchObject({ code: 'REFUSED', fatal: true })
    expect(run.snapshot.current.status).toBe('error')
    expect(told).toHaveBeenCalledTimes(1)
    expect(String(told.mock.calls[0]?.[0])).toContain('isFatal threw')
  })

  test('may be fatal, if the machine says so', async () => {
    const run = strict({ isFatal: ({ code }) => code === 'REFUSED' || code === 'UNHANDLED' })
    expect(run.in.send({ type: 'NO' })).toMatchObject({ code: 'REFUSED', fatal: true, reason: 'Not now.' })
    expect(run.error?.reason).toBe('Not now.')
    expect(run.in.send({ type: 'X' })).toBe(run.error)
  })

  test('is compared by the determinism check: its reason, and its details', () => {
    let count = 0
    const reasons = runOf(() => refuse(`no ${++count}`))
    expect(reasons.in.send({ type: 'X' })).toMatchObject({
      code: 'NONDETERMINISTIC',
      index: 0,
      message: expect.stringContaining('refusal.reason had two results'),
    })
    const details = runOf(() => refuse('no', { list: [{ at: Date.now() }] }))
    expect(details.in.send({ type: 'X' })?.message).toContain('refusal.details.list[0].at had two results')
    const sometimes = runOf((state) => (++count % 2 ? refuse('no') : state))
    expect(sometimes.in.send({ type: 'X' })).toMatchObject({ code: 'NONDETERMINISTIC' })
    const begins = machineOf((state) => state, { initial: () => refuse('no', { at: new Date().getFullYear() }) })
    expect(thrownBy<RunError>(() => createRun(begins))).toMatchObject({
      code: 'NONDETERMINISTIC',
      message: expect.stringContaining('refusal.details.at'),
    })
  })

  test('of a history that was recorded before is REPLAY_FAILED', () => {
    const run = createRun(machineOf((state) => state + 1))
    run.in.send({ type: 'X' })
    const stricter = machineOf(() => refuse('Closed.'))
    for (const again of [() => restoreRun(stricter, run.toJSON()), () => replayRun(stricter, run.toJSON())]) {
      const thrown = thrownBy<RunError>(again)
      expect(thrown).toMatchObject({ code: 'REPLAY_FAILED', sequence: 1 })
      expect(thrown.message).toMatch(/no longer accepts it.*\(REFUSED\): Closed\./)
    }
  })
})

describe('an error that goes over a wire has no text of what was thrown', () => {
  const secret = 'password 12345'
  const breaks = () => {
    throw new Error(secret)
  }

  test.each<[string, () => unknown]>([
    ['a handler', () => runOf(breaks).in.send({ type: 'X' })],
    [
      'isDone',
      () => runOf((state) => state + 1, { isDone: (state) => state === 1 && breaks() }).in.send({ type: 'X' }),
    ],
    ['initial', () => thrownBy(() => createRun(machineOf((state) => state, { initial: breaks })))],
    [
      'a schema',
      () =>
        runOf((state) => state, { events: { '~standard': { version: 1, vendor: 'x', validate: breaks } } }).in.send({
          type: 'X',
        }),
    ],
    [
      'a replay',
      () => {
        const run = createRun(machineOf((state) => state))
        run.in.send({ type: 'X' })
        return thrownBy(() => restoreRun(machineOf(breaks), run.toJSON()))
      },
    ],
    [
      'the replay of a genesis',
      () => {
        const run = createRun(machineOf((state) => state))
        return thrownBy(() =>
          restoreRun(
            machineOf((state) => state, { initial: breaks }),
            run.toJSON(),
          ),
        )
      },
    ],
  ])('by %s', (_title, act) => {
    const error = act() as RunError
    expect(error.message).toContain(secret)
    expect(JSON.stringify(error)).not.toContain(secret)
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      code: error.code,
      message: expect.stringMatching(/threw$/),
    })
  })

  test('nor has a snapshot of a fatal end', () => {
    const run = runOf(breaks, { isFatal: () => true })
    run.in.send({ type: 'X' })
    expect(run.error?.message).toContain(secret)
    const { current } = run.snapshot
    expect(current).toMatchObject({ status: 'error', error: { code: 'TRANSITION_FAILED' } })
    expect(JSON.stringify(current)).not.toContain(secret)
  })
})

describe("unhandled: 'refuse'", () => {
  type Lamp = { at: 'on' } | { at: 'off' }
  type LampEvent = { type: 'ON' } | { type: 'OFF' }
  const lamp = defineMachine<Lamp, LampEvent>({
    name: 'lamp',
    version: '1',
    initial: { at: 'off' },
    states: { off: { ON: 'on' }, on: { OFF: 'off' } },
    unhandled: 'refuse',
  })

  test('refuses an event that nothing handles in this state', () => {
    const run = createRun(lamp)
    expect(run.in.send([{ type: 'ON' }, { type: 'ON' }])).toMatchObject({
      code: 'UNHANDLED',
      index: 1,
      reason: undefined,
      message: 'lamp@1 refused a batch at sequence 0: event 1 (ON): nothing handles it in state on',
    })
    expect(run.in.send({ type: 'ON' })).toBeUndefined()
    expect(run.state).toEqual({ at: 'on' })
  })

  test('counts own members only', () => {
    expect(createRun(lamp).in.send({ type: 'toString' } as never)?.code).toBe('UNHANDLED')
  })

  test('works with on alone, and is judged by isFatal', () => {
    const run = createRun(
      defineMachine<number, { type: string }>({
        name: 'count',
        version: '1',
        initial: 0,
        on: { INC: (count) => count + 1 },
        unhandled: 'refuse',
        isFatal: ({ code }) => code === 'UNHANDLED',
      }),
    )
    expect(run.in.send({ type: 'INC' })).toBeUndefined()
    expect(run.in.send({ type: 'DEC' })).toMatchObject({
      code: 'UNHANDLED',
      fatal: true,
      message: 'count@1 refused a batch at sequence 1: event 0 (DEC): nothing handles it',
    })
  })

  test('is no part of a machine whose transition is one function, and has one value', () => {
    const definition = { name: 'm', version: '1', initial: 0 }
    expect(() => machineOf((state) => state, { unhandled: 'refuse' })).toThrow(
      /machine one@1: unhandled is given with transition/,
    )
    for (const unhandled of ['ignore', true, null, 1]) {
      const wrong = () => defineMachine({ ...definition, on: {}, unhandled } as never)
      expect(wrong).toThrow(TypeError)
      expect(wrong).toThrow(/machine m@1: unhandled is .*; it must be 'refuse', or absent/)
    }
    expect(() => defineMachine({ ...definition, on: {}, unhandled: undefined } as never)).not.toThrow()
  })
})
