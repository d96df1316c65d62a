/** What createRun and a run take, restoreRun and replayRun take too: any clock, any input and any batch of plain data. */
import { createRun, type HistoryRecord, replayRun, restoreRun } from '@xmachines/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { door, machineOf, runOf } from './machines.ts'
import { expectBugs } from './quiet.ts'

expectBugs()

afterEach(() => vi.restoreAllMocks())

const MOST = 2 ** 33 - 1
const clocks: [title: string, milliseconds: number, seconds: number][] = [
  ['of today', 1_700_000_000_999, 1_700_000_000],
  ['at the epoch', 0, 0],
  ['at minus zero', -0, 0],
  ['a moment before 1970', -1, 0],
  ['in 1969', -31_536_000_000, 0],
  ['at the earliest time of a Date', -8.64e15, 0],
  ['of the last second that a genesis can have', MOST * 1000 + 999, MOST],
  ['a second later', (MOST + 1) * 1000, MOST],
  ['in 2300', Date.UTC(2300, 0), MOST],
  ['at the latest time of a Date', 8.64e15, MOST],
  ['with a fraction', 1500.75, 1],
  ['that is not a number', Number.NaN, 0],
  ['that is infinite', Number.POSITIVE_INFINITY, MOST],
  ['that is infinite and negative', Number.NEGATIVE_INFINITY, 0],
]

describe.each(clocks)('a clock %s', (_title, milliseconds, seconds) => {
  test('makes a run whose createdAt is in range, and whose history is taken back', () => {
    vi.spyOn(Date, 'now').mockReturnValue(milliseconds)
    const run = createRun(door)
    expect(run.genesis.createdAt).toBe(seconds)
    run.in.send({ type: 'OPEN' })
    const file = JSON.stringify(run)
    for (const history of [JSON.parse(file), run.toJSON(), run.toJSON().records]) {
      const restored = restoreRun(door, history)
      expect([restored.id, restored.head, restored.genesis]).toEqual([run.id, run.head, run.genesis])
      expect(replayRun(door, history).head).toBe(run.head)
    }
  })
})

test('fake timers that begin before 1970 make a run', () => {
  vi.useFakeTimers({ now: -5_000 })
  expect(createRun(door).genesis.createdAt).toBe(0)
  vi.useRealTimers()
})

test.each([0, -0, MOST])('a createdAt of %d is taken back', (createdAt) => {
  const run = createRun(door, { createdAt })
  expect(Object.is(run.genesis.createdAt, -0)).toBe(false)
  expect(restoreRun(door, JSON.parse(JSON.stringify(run))).id).toBe(run.id)
})

test.each([-1, 1.5, MOST + 1, Number.NaN, '1', null])('a createdAt of %s is refused on every way in', (createdAt) => {
  const given = { createdAt } as never
  expect(() => createRun(door, given)).toThrow(/createdAt is .*it must be whole seconds/)
  const [genesis, ...batches] = createRun(door).toJSON().records
  const records = [{ ...genesis, createdAt }, ...batches] as HistoryRecord<never>[]
  expect(() => restoreRun(door, records)).toThrow(/createdAt is/)
  expect(() => replayRun(door, records)).toThrow(/createdAt is/)
})

describe('a batch at the limits of plain data is taken back', () => {
  const sender = (value: unknown) => ({ type: 'X', value })
  const ones = (count: number) => Array.from({ length: count }, () => 1)
  // Of an event: itself, its type, its array and what is in it. Two events: their array too.
  test.each<[string, () => object]>([
    ['one event of 1,000,000 values', () => sender(ones(999_997))],
    ['an array of one event of 1,000,000 values', () => [sender(ones(999_997))]],
    ['two events of 1,000,000 values together', () => [sender(ones(499_996)), sender(ones(499_997))]],
    ['an event with long text', () => sender([...ones(999_995), 'x'.repeat(80)])],
  ])('%s', (_title, make) => {
    const run = runOf((state) => state)
    expect(run.in.send(make() as never)).toBeUndefined()
    expect(restoreRun(run.machine, run.toJSON()).head).toBe(run.head)
    expect(replayRun(run.machine, run.toJSON()).head).toBe(run.head)
  })

  test.each<[string, () => object]>([
    ['one event', () => sender(ones(999_998))],
    ['an array of one event', () => [sender(ones(999_998))]],
    ['two events', () => [sender(ones(499_997)), sender(ones(499_997))]],
    ['two events that a schema makes larger', () => [sender('grow'), sender('grow')]],
  ])('and of one value more is refused: %s', (_title, make) => {
    const run = runOf((state) => state, {
      events: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (event: any) => ({ value: event.value === 'grow' ? sender(ones(499_998)) : event }),
        },
      },
    })
    expect(run.in.send(make() as never)?.message).toMatch(/more than 1000000 values/)
  })
})

describe('an input at the limits of plain data is taken back', () => {
  const taking = machineOf((state) => state, { initial: () => 0 })
  const deep = (levels: number): unknown => {
    let value: unknown = 1
    for (let level = 0; level < levels; level++) value = [value]
    return value
  }

  test.each<[string, () => unknown]>([
    ['of 512 levels', () => deep(512)],
    ['of 1,000,000 values', () => Array.from({ length: 999_999 }, () => 0)],
    ['null', () => null],
    ['false', () => false],
    ['text', () => ''],
    ['with −0 and a member that is undefined', () => ({ n: -0, u: undefined })],
  ])('%s', (_title, make) => {
    const run = createRun(taking, { input: make() })
    const restored = restoreRun(taking, JSON.parse(JSON.stringify(run)))
    expect(restored.id).toBe(run.id)
    expect(restored.genesis.input === undefined).toBe(false)
    expect(replayRun(taking, run.toJSON()).id).toBe(run.id)
  })

  test.each<[string, () => unknown, RegExp]>([
    ['of 513 levels', () => deep(513), /deeper than 512 levels/],
    ['of 1,000,001 values', () => Array.from({ length: 1_000_000 }, () => 0), /more than 1000000 values/],
  ])('and one beyond them is refused by both: %s', (_title, make, message) => {
    const input = make()
    expect(() => createRun(taking, { input })).toThrow(message)
    const [genesis] = createRun(taking, { input: 1 }).toJSON().records
    expect(() => restoreRun(taking, [{ ...genesis, input } as HistoryRecord<never>])).toThrow(message)
  })
})
