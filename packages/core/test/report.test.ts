/** What development prints: bugs at once, refusals by a rule if nobody learns of them, and types of events that no table names. */
import { createRun, defineMachine, type MachineDefinition, type RunError, refuse } from '@xmachines/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runModule } from './child.ts'
import { machineOf, runOf } from './machines.ts'

const spyOn = (level: 'error' | 'warn') => vi.spyOn(console, level).mockReturnValue()
let errors: ReturnType<typeof spyOn>
let warnings: ReturnType<typeof spyOn>
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  errors = spyOn('error')
  warnings = spyOn('warn')
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const endTick = () => vi.advanceTimersByTime(1)
const textOf = (spy: typeof errors) => spy.mock.calls.map((shown) => shown.map(String).join(' '))

const schema = (validate: (value: unknown) => unknown) =>
  ({ events: { '~standard': { version: 1, vendor: 'x', validate } } }) as Partial<MachineDefinition<any, any, any, any>>

describe('a bug is printed once, with its stack, though the caller got it:', () => {
  test.each<[string, string, () => RunError | undefined]>([
    [
      'a handler that throws',
      'TRANSITION_FAILED',
      () => runOf((_state, event) => event.item.name.trim()).in.send({ type: 'X' }),
    ],
    ['a state that is not plain data', 'INVALID_STATE', () => runOf(() => new Map()).in.send({ type: 'X' })],
    [
      'an output that is not plain data',
      'INVALID_OUTPUT',
      () => runOf((state, _event, emit) => (emit(new Date(0)), state)).in.send({ type: 'X' }),
    ],
    ['a clock', 'NONDETERMINISTIC', () => runOf(() => Date.now()).in.send({ type: 'X' })],
    [
      'isDone that throws',
      'TRANSITION_FAILED',
      () =>
        runOf((state) => state + 1, {
          isDone: (state) => {
            if (state === 1) throw new Error('no idea')
            return false
          },
        }).in.send({ type: 'X' }),
    ],
    [
      'an event that is not plain data',
      'INVALID_EVENT',
      () => runOf((state) => state).in.send({ type: 'X', value: new Date(0) }),
    ],
    ['an event without a type', 'INVALID_EVENT', () => runOf((state) => state).in.send({} as never)],
    [
      'a schema that throws',
      'SCHEMA_MISMATCH',
      () =>
        runOf(
          (state) => state,
          schema(() => (undefined as any).parse()),
        ).in.send({ type: 'X' }),
    ],
    [
      'a schema that is asynchronous',
      'SCHEMA_MISMATCH',
      () =>
        runOf(
          (state) => state,
          schema(() => Promise.resolve({ value: 1 })),
        ).in.send({ type: 'X' }),
    ],
  ])('%s', (_title, code, act) => {
    const refusal = act()
    expect(refusal?.code).toBe(code)
    expect(errors).toHaveBeenCalledTimes(1)
    const shown = errors.mock.calls[0] as unknown[]
    expect(String(shown[0])).toContain(refusal?.toJSON()['message'])
    expect((shown.at(-1) as Error).stack).toMatch(/report\.test\.ts/)
    if (refusal?.cause !== undefined) expect(shown).toEqual([refusal.toJSON()['message'], refusal.cause])
    endTick()
    expect(errors).toHaveBeenCalledTimes(1)
    expect(warnings).not.toHaveBeenCalled()
  })

  test('a run that is written to by its own handler', () => {
    const run = runOf((state, event) => {
      if (event.type === 'X') run.in.send({ type: 'Y' })
      return state
    })
    run.in.send({ type: 'X' })
    expect(textOf(errors)).toEqual([expect.stringContaining('inside a transition or isDone')])
  })

  test('isFatal that throws, and what it judged', () => {
    const cause = new Error('no idea')
    const run = runOf(() => refuse('not now'), {
      isFatal: () => {
        throw cause
      },
    })
    run.in.send({ type: 'X' })
    expect(errors.mock.calls).toEqual([[expect.stringMatching(/one@1: isFatal threw.*not now/), cause]])
  })

  test('a bug that is fatal', () => {
    runOf(() => new Map(), { isFatal: () => true }).in.send({ type: 'X' })
    expect(errors).toHaveBeenCalledTimes(1)
  })

  test('what came through a stream, whether err is read or not', async () => {
    const run = runOf((_state, event) => event.item.name)
    const read = run.err.getReader().read()
    await run.in.getWriter().write({ type: 'X' })
    await read
    endTick()
    expect(errors).toHaveBeenCalledTimes(1)
    expect(warnings).not.toHaveBeenCalled()
  })
})

test('a send from inside isFatal is told what is running', () => {
  const refusals: (RunError | undefined)[] = []
  const run = runOf(() => refuse('no'), {
    isFatal: ({ code }) => {
      if (code !== 'REENTRANT') refusals.push(run.in.send({ type: 'Y' }))
      return false
    },
  })
  run.in.send({ type: 'X' })
  expect(refusals[0]).toMatchObject({ code: 'REENTRANT', message: expect.stringContaining('from inside isFatal') })
  expect(refusals[0]?.message).not.toContain('transition')
})

test('a loop prints one bug of a kind in a tick, and counts the others', () => {
  const run = runOf((_state, event) => event.item.name)
  for (let round = 0; round < 1000; round++) run.in.send({ type: round % 2 ? 'X' : 'Y' })
  expect(errors).toHaveBeenCalledTimes(2)
  endTick()
  expect(textOf(errors)).toHaveLength(3)
  expect(textOf(errors)[2]).toBe('one@1 refused 998 more for bugs like these, in the same tick.')
  run.in.send({ type: 'X' })
  expect(errors).toHaveBeenCalledTimes(4)
})

test('a loop of bugs that all differ prints ten of them', () => {
  const run = runOf((_state, event) => {
    throw new Error(`bug ${event.value}`)
  })
  for (let value = 0; value < 100; value++) run.in.send({ type: 'X', value })
  endTick()
  expect(errors).toHaveBeenCalledTimes(11)
})

describe('a refusal by a rule', () => {
  const rules: [string, () => ReturnType<typeof runOf>][] = [
    ['REFUSED', () => runOf(() => refuse('Not now.'))],
    [
      'UNHANDLED',
      () =>
        createRun(
          defineMachine<any, any, any, any>({ name: 'm', version: '1', initial: 0, on: {}, unhandled: 'refuse' }),
        ),
    ],
    [
      'SCHEMA_MISMATCH',
      () =>
        runOf(
          (state) => state,
          schema(() => ({ issues: [{ message: 'too short' }] })),
        ),
    ],
  ]

  test.each(rules)('%s is not printed if the caller of send has it', (code, make) => {
    expect(make().in.send({ type: 'X' })?.code).toBe(code)
    endTick()
    expect([...errors.mock.calls, ...warnings.mock.calls]).toEqual([])
  })

  test.each(rules)(
    '%s is printed once a tick if it came through a stream and nobody reads err',
    async (_code, make) => {
      const writer = make().in.getWriter()
      await writer.write({ type: 'X' })
      await writer.write({ type: 'X' })
      endTick()
      expect(errors).not.toHaveBeenCalled()
      expect(textOf(warnings)).toEqual([expect.stringMatching(/and 1 more.*Read run\.err to handle refusals\.$/)])
    },
  )

  test.each(rules)('%s is not printed if somebody reads err', async (_code, make) => {
    const run = make()
    run.err.getReader()
    await run.in.getWriter().write({ type: 'X' })
    endTick()
    expect([...errors.mock.calls, ...warnings.mock.calls]).toEqual([])
  })
})

test('a batch that goes on after the end is printed if it came through a stream, without the advice to read err', async () => {
  const run = runOf((state) => state + 1, { isDone: (state) => state === 1 })
  run.err.getReader()
  await run.in.getWriter().write([{ type: 'X' }, { type: 'Y' }])
  expect(run.in.send([{ type: 'X' }, { type: 'Y' }])?.code).toBe('RUN_DONE')
  endTick()
  expect(textOf(warnings)).toEqual([
    expect.stringMatching(/event 1 \(Y\): it follows the event that completed the run/),
  ])
  expect(textOf(warnings)[0]).not.toContain('run.err')
})

describe('a type of event that no table names', () => {
  const door = () =>
    defineMachine<{ at: string }, { type: string }>({
      name: 'door',
      version: '1',
      initial: { at: 'closed' },
      states: { closed: { OPEN: 'open', KNOCK: undefined }, open: {} },
      on: { RESET: 'closed' },
    })

  test('is warned of once for each machine and type, and is part of the history', () => {
    const machine = door()
    const run = createRun(machine)
    for (const type of ['OPNE', 'OPNE', 'CLOSE', 'toString', 'constructor']) {
      expect(run.in.send({ type })).toBeUndefined()
    }
    createRun(machine).in.send({ type: 'OPNE' })
    expect(textOf(warnings)).toEqual([
      expect.stringMatching(/machine door@1: no handler names the event type "OPNE".*OPEN, KNOCK/),
      expect.stringContaining('"CLOSE"'),
      expect.stringContaining('"toString"'),
      expect.stringContaining('"constructor"'),
    ])
    expect(run.snapshot.current.sequence).toBe(5)
    createRun(door()).in.send({ type: 'OPNE' })
    expect(warnings).toHaveBeenCalledTimes(5)
  })

  test('is not one that some state names, or none but this', () => {
    const run = createRun(door())
    for (const type of ['OPEN', 'OPEN', 'KNOCK', 'RESET']) run.in.send({ type })
    expect(warnings).not.toHaveBeenCalled()
  })

  test('is refused, and not warned of, with unhandled: refuse', () => {
    createRun(defineMachine({ name: 'm', version: '1', initial: 0, on: {}, unhandled: 'refuse' })).in.send({
      type: 'X',
    })
    expect(warnings).not.toHaveBeenCalled()
  })

  test('is unknown if the machine has one transition', () => {
    createRun(machineOf((state) => state)).in.send({ type: 'X' })
    expect(warnings).not.toHaveBeenCalled()
  })

  test('is warned of for a hundred types at most', () => {
    const run = createRun(door())
    for (let at = 0; at < 300; at++) run.in.send({ type: `T${at}` })
    expect(warnings).toHaveBeenCalledTimes(100)
  })
})

test.each([
  ['a console that throws', "console.error = console.warn = () => { throw new Error('no') }"],
  ['no console', 'delete (globalThis as any).console'],
  ['no timers', 'delete (globalThis as any).setTimeout; console.error = console.warn = () => undefined'],
])('%s harms nothing', (_title, prepare) => {
  const source = `
import { createRun, defineMachine } from '@xmachines/core'
const { log } = console
${prepare}
const run = createRun(defineMachine<number, { type: string }>({ name: 'm', version: '1', initial: 0, on: { BUG: () => { throw new Error('no') } } }))
log(run.in.send({ type: 'BUG' })?.code, run.in.send({ type: 'OTHER' }))
run.in.getWriter().write({ type: 'BUG' })
`
  expect(runModule(source).trim()).toBe('TRANSITION_FAILED undefined')
})
