/** During the second step of the determinism check, each clock shows another time, and each random source gives other values. */
import { createRun, type RunError, restoreRun } from '@xmachines/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { runModule } from './child.ts'
import { machineOf, runOf } from './machines.ts'
import { thrownBy } from './thrown.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const formatter = new Intl.DateTimeFormat('en')
const Formatter = Intl.DateTimeFormat
const CapturedDate = Date
const { subtle } = crypto

/** Every property that the check replaces, as it is now. */
const properties = () =>
  (
    [
      [globalThis, 'Date'],
      [Date, 'now'],
      [Date.prototype, 'constructor'],
      [Math, 'random'],
      [performance, 'now'],
      [performance, 'timeOrigin'],
      [Object.getPrototypeOf(performance), 'now'],
      [Object.getPrototypeOf(performance), 'timeOrigin'],
      [Intl, 'DateTimeFormat'],
      [Formatter.prototype, 'format'],
      [Formatter.prototype, 'formatToParts'],
      [crypto, 'randomUUID'],
      [crypto, 'getRandomValues'],
      [Object.getPrototypeOf(crypto), 'randomUUID'],
      [Object.getPrototypeOf(crypto), 'getRandomValues'],
      [globalThis, 'process'],
      [process, 'hrtime'],
      [process.hrtime, 'bigint'],
      [process, 'uptime'],
    ] as const
  ).map(([owner, key]) => Object.getOwnPropertyDescriptor(owner ?? {}, key))

describe('each of 2,000 handlers is found that asks', () => {
  test.each<[string, () => unknown]>([
    ['Date.now()', () => Date.now()],
    ['Date.now() of a captured Date', () => CapturedDate.now()],
    ['Date()', () => Date()],
    ['new Date().getTime()', () => new Date().getTime()],
    ['new Date().toISOString()', () => new Date().toISOString()],
    ['the century', () => Math.floor(new Date().getFullYear() / 100)],
    ['the year', () => new Date().getFullYear()],
    ['the two digits of the year', () => new Date().getFullYear() % 100],
    ['the quarter', () => Math.floor(new Date().getMonth() / 3)],
    ['the month', () => new Date().getMonth()],
    ['the day', () => new Date().getDate()],
    ['the day of the week', () => new Date().getDay()],
    ['the hour', () => new Date().getHours()],
    ['the minute', () => new Date().getMinutes()],
    ['the second', () => new Date().getSeconds()],
    ['the millisecond', () => new Date().getMilliseconds()],
    ['a date without time', () => new Date().toLocaleDateString('en')],
    ['new (class extends Date {})()', () => new (class extends Date {})().getDay()],
    ['Reflect.construct(Date, [])', () => Reflect.construct(Date, []).getFullYear()],
    ['new (new Date(0).constructor)()', () => new (new Date(0).constructor as DateConstructor)().getFullYear()],
    ['new Intl.DateTimeFormat().format()', () => new Intl.DateTimeFormat('en').format()],
    ['a formatter that was made before', () => formatter.format()],
    ['formatToParts()', () => formatter.formatToParts().map(({ value }) => value)],
    ['performance.now()', () => Math.floor(performance.now() / 60_000)],
    ['performance.timeOrigin', () => performance.timeOrigin],
    ['both of them', () => new Date(performance.timeOrigin + performance.now()).getDay()],
    ['process.hrtime()', () => process.hrtime()[0]],
    ['process.hrtime(since)', () => process.hrtime([1, 0])[0]],
    ['process.hrtime.bigint()', () => Number(process.hrtime.bigint() / 60_000_000_000n)],
    ['process.uptime()', () => Math.floor(process.uptime() / 60)],
    ['Math.random()', () => Math.random()],
    ['a coin', () => Math.random() < 0.5],
    ['a die', () => Math.floor(Math.random() * 6)],
    ['crypto.randomUUID()', () => crypto.randomUUID()],
    ['one digit of crypto.randomUUID()', () => crypto.randomUUID()[35]],
    ['crypto.getRandomValues()', () => [...crypto.getRandomValues(new Uint8Array(4))]],
    ['one bit of crypto.getRandomValues()', () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) % 2],
  ])('%s', (_title, ask) => {
    vi.spyOn(console, 'error').mockReturnValue()
    const machine = machineOf(() => ({ asked: ask() }), { initial: {} })
    let unseen = 0
    for (let round = 0; round < 2000; round++) {
      if (createRun(machine).in.send({ type: 'T' })?.code !== 'NONDETERMINISTIC') unseen++
    }
    expect(unseen).toBe(0)
  })
})

test('a clock is found in outputs, completion, refusals and the initial state too', () => {
  vi.spyOn(console, 'error').mockReturnValue()
  const inOutput = runOf((state, _event, emit) => (emit({ at: new Date().getFullYear() }), state))
  expect(inOutput.in.send({ type: 'X' })?.message).toContain('outputs[0].at had two')
  const year = new Date().getFullYear()
  const inDone = runOf((state) => state + 1, { isDone: (state) => state > 0 && new Date().getFullYear() === year })
  expect(inDone.in.send({ type: 'X' })?.message).toContain('whether the run is done had two')
  const inThrow = runOf((state) => {
    if (new Date().getFullYear() === year) throw new Error('this year')
    return state
  })
  expect(inThrow.in.send({ type: 'X' })?.code).toBe('NONDETERMINISTIC')
  for (const initial of [
    () => ({ at: Date.now() }),
    () => {
      if (new Date().getFullYear() === year) throw new Error('this year')
      return {}
    },
    () => {
      if (new Date().getFullYear() !== year) throw new Error('another year')
      return {}
    },
  ]) {
    expect(thrownBy<RunError>(() => createRun(machineOf((state) => state, { initial }))).code).toBe('NONDETERMINISTIC')
  }
  const born = machineOf((state) => state, { isDone: () => new Date().getFullYear() === year })
  expect(thrownBy<RunError>(() => createRun(born)).message).toContain('whether the run is done')
})

describe('in the second step', () => {
  test('a date with a value, and all else of Date, is as always', () => {
    const seen: unknown[] = []
    const run = runOf((state) => {
      const date = new Date('2020-02-29T10:00:00.000Z')
      seen.push([
        date.toISOString(),
        new Date(0).getTime(),
        new Date(2020, 1, 29).getMonth(),
        new Date(undefined as never).getTime(),
        new Date(date).getTime(),
        Date.UTC(2020, 1),
        Date.parse('2020-01-01'),
        date instanceof Date,
        date.constructor === Date,
        Object.getPrototypeOf(date) === Date.prototype,
        Date.name,
        Date.length,
        formatter.format(date),
        formatter.format(0),
        [0, 1].map(formatter.format),
        formatter.formatToParts(date),
        formatter instanceof Intl.DateTimeFormat,
        typeof performance.now(),
        /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(crypto.randomUUID()),
        crypto.subtle === subtle,
        Math.random() < 1,
      ])
      return state
    })
    expect(run.in.send({ type: 'X' })).toBeUndefined()
    expect(seen).toHaveLength(2)
    expect(seen[1]).toEqual(seen[0])
  })

  test('a Date and a formatter that were kept show the true time afterwards', () => {
    vi.spyOn(console, 'error').mockReturnValue()
    let kept: DateConstructor = Date
    const run = runOf((state) => {
      kept = Date
      return state
    })
    run.in.send({ type: 'X' })
    const before = Date.now()
    expect(new kept().getTime()).toBeGreaterThanOrEqual(before)
    expect(new kept().getTime()).toBeLessThan(before + 3_600_000)
    expect(kept.now()).toBeLessThan(before + 3_600_000)
  })
})

describe('every clock is put back', () => {
  const before = properties()

  test.each<[string, () => unknown]>([
    ['after a batch that was applied', () => runOf((state) => state).in.send({ type: 'X' })],
    ['after one that was refused', () => runOf(() => Date.now()).in.send({ type: 'X' })],
    [
      'after a handler that throws',
      () =>
        runOf(() => {
          throw new Error('no')
        }).in.send({ type: 'X' }),
    ],
    [
      'after an initial state that throws',
      () => thrownBy(() => createRun(machineOf(() => 0, { initial: () => new Map() }))),
    ],
    [
      'after a run inside of a handler',
      () => {
        const inner = runOf((state) => state)
        const times: number[] = []
        runOf((state) => {
          times.push(Date.now())
          inner.in.send({ type: 'X' })
          createRun(inner.machine)
          times.push(Date.now())
          return state
        }).in.send({ type: 'X' })
        const [first = 0, , third = 0, fourth = 0] = times
        expect(third - first).toBeGreaterThan(1e12)
        expect(fourth - third).toBeLessThan(3_600_000)
      },
    ],
  ])('%s', (_title, act) => {
    vi.spyOn(console, 'error').mockReturnValue()
    act()
    expect(properties()).toEqual(before)
  })
})

describe('a fake clock', () => {
  test('is moved on too, and stays in place', () => {
    vi.spyOn(console, 'error').mockReturnValue()
    vi.useFakeTimers({ now: 1_700_000_000_000 })
    const before = properties()
    for (const ask of [() => Date.now(), () => new Date().getFullYear(), () => performance.now()]) {
      expect(runOf(ask).in.send({ type: 'X' })?.code).toBe('NONDETERMINISTIC')
    }
    expect(properties()).toEqual(before)
    expect(Date.now()).toBe(1_700_000_000_000)
    vi.advanceTimersByTime(5)
    expect(new Date().getTime()).toBe(1_700_000_000_005)
  })

  test('of one function is asked, and put back', () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const now = vi.spyOn(Date, 'now').mockReturnValue(7)
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.25)
    const values: unknown[] = []
    const run = runOf((state) => {
      values.push(Date.now(), Math.random())
      return state
    })
    expect(run.in.send({ type: 'X' })).toBeUndefined()
    expect(values.slice(0, 2)).toEqual([7, 0.25])
    expect(values[2]).not.toBe(7)
    expect(values[3]).not.toBe(0.25)
    expect(Date.now).toBe(now)
    expect(Math.random).toBe(random)
  })
})

describe('a platform whose globals cannot be replaced', () => {
  const source = (prepare: string) => `
import { createRun, defineMachine } from '@xmachines/core'
${prepare}
console.error = () => undefined
const machine = defineMachine<any, { type: 'X' }>({ name: 'm', version: '1', initial: {}, transition: (_state, _event) =>
  ({ at: [new Date(0).toISOString(), typeof Date.now(), typeof Math.random(), new Intl.DateTimeFormat('en').format(0)] }) })
const run = createRun(machine)
console.log(run.in.send({ type: 'X' })?.message, run.state.at.length, typeof Date.now())
`
  test.each([
    [
      'frozen',
      'for (const one of [Date, Date.prototype, Math, performance, Object.getPrototypeOf(performance), Intl, Intl.DateTimeFormat.prototype, crypto, process, process.hrtime]) Object.freeze(one)',
    ],
    [
      'not configurable',
      "for (const name of ['Date', 'Math', 'performance', 'crypto', 'process']) Object.defineProperty(globalThis, name, { value: (globalThis as any)[name], writable: false, configurable: false })",
    ],
    [
      'absent',
      "for (const name of ['performance', 'crypto', 'Intl']) delete (globalThis as any)[name]; (globalThis as any).Intl = Intl2",
    ],
    [
      'odd',
      "Object.defineProperty(globalThis, 'performance', { get() { throw new Error('no') }, configurable: true })",
    ],
  ])('(%s) works as always', (_title, prepare) => {
    const keep = 'const Intl2 = Intl\n'
    expect(runModule(source(keep + prepare)).trim()).toBe('undefined 4 number')
  })

  test('(Temporal.Now) is moved on if there is one', () => {
    const prepare = `
const time = (ms: number) => ({ ms, add: ({ milliseconds }: { milliseconds: number }) => time(ms + milliseconds) })
;(globalThis as any).Temporal = { Now: { instant: () => time(5), timeZoneId: () => 'UTC' } }
const machine = defineMachine<any, { type: 'X' }>({ name: 'm', version: '1', initial: 0, transition: () => (globalThis as any).Temporal.Now.instant().ms })
console.error = () => undefined
console.log(createRun(machine).in.send({ type: 'X' })?.code, (globalThis as any).Temporal.Now.instant().ms, (globalThis as any).Temporal.Now.timeZoneId())
`
    expect(runModule(`import { createRun, defineMachine } from '@xmachines/core'\n${prepare}`).trim()).toBe(
      'NONDETERMINISTIC 5 UTC',
    )
  })
})

describe('a history that does not replay', () => {
  test('names the clock as its cause, with the path', () => {
    const stamped = machineOf((_state, event) => ({ list: [event.type, new Date().getFullYear()] }), { initial: {} })
    const run = createRun(stamped, { checkDeterminism: false })
    run.in.send({ type: 'X' })
    const thrown = thrownBy<RunError>(() => restoreRun(stamped, run.toJSON()))
    expect(thrown).toMatchObject({ code: 'REPLAY_FAILED', sequence: 1 })
    expect(thrown.message).toMatch(/one@1 is not deterministic: state\.list\[1\] had two results/)
    expect(thrown.message).not.toContain('no longer')
  })

  test('names a handler that is not deterministic beside a changed version if only the state tells', () => {
    let setting = 1
    const counter = machineOf((state) => state + setting)
    const run = createRun(counter)
    run.in.send({ type: 'X' })
    setting = 2
    const thrown = thrownBy<RunError>(() => restoreRun(counter, run.toJSON()))
    expect(thrown.code).toBe('REPLAY_FAILED')
    expect(thrown.message).toMatch(/clock, a random number or a variable/)
    expect(thrown.message).toMatch(/new version/)
  })

  test('names it also if the genesis or a batch differs', () => {
    let setting = 1
    const first = machineOf((state) => state, { initial: () => setting })
    const run = createRun(first)
    setting = 2
    expect(() => restoreRun(first, run.toJSON())).toThrow(/clock, a random number or a variable/)
    let most = 1
    const limited = machineOf((state) => {
      if (state === most) throw new Error('enough')
      return state + 1
    })
    const counted = createRun(limited)
    counted.in.send({ type: 'X' })
    most = 0
    expect(() => restoreRun(limited, counted.toJSON())).toThrow(/clock, a random number or a variable/)
  })
})
