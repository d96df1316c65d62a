/** Whatever is written is applied or refused with a clear error after a bounded number of steps, and the run goes on. */
import { createRun, RunError } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { machineOf } from '../machines.ts'
import { expectBugs } from '../quiet.ts'
import { deep, hostileWrite } from './hostile-values.ts'

expectBugs()

const ROUNDS = 5_000
const ownNames = () => [...Reflect.ownKeys(Object.prototype), ...Reflect.ownKeys(Array.prototype)].map(String).join()
const machine = machineOf((_state, event) => event.value ?? null)

describe.each(['send', 'write'] as const)('%s', (way) => {
  test(`takes ${ROUNDS} values of every kind, and none of them harms the run`, async () => {
    const run = createRun(machine)
    const errors = run.err.getReader()
    const writer = run.ports().in.getWriter()
    const before = ownNames()
    let refused = 0
    for (let seed = 0; seed < ROUNDS; seed++) {
      const value = hostileWrite(way === 'send' ? seed : seed + ROUNDS)
      const { sequence } = run.snapshot.current
      if (way === 'send') run.in.send(value as never)
      else await writer.write(value as never)
      const applied = run.snapshot.current.sequence - sequence
      // An empty batch is neither applied nor refused.
      if (applied === 0 && !isEmpty(value)) {
        const { value: error } = await errors.read()
        expect(error).toBeInstanceOf(RunError)
        expect(error?.sequence).toBe(sequence)
        expect(error?.code, `seed ${seed}`).toBe('INVALID_EVENT')
        expect(error?.message, `seed ${seed}`).toMatch(/(event|batch).* (is|are|has|lies|brings|cannot)/s)
        expect(error?.message.length).toBeLessThan(4000)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(ROUNDS / 4)
    expect(run.snapshot.current.sequence).toBeGreaterThan(ROUNDS / 20)
    expect(refused + run.snapshot.current.sequence).toBeLessThanOrEqual(ROUNDS)
    expect(ownNames()).toBe(before)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(run.in.send({ type: 'SET', value: 'still here' })).toBeUndefined()
    await writer.write({ type: 'SET', value: 'and still' })
    expect(run.snapshot.current.state).toBe('and still')
    expect(run.head).toMatch(/^[0-9a-f]{40}$/)
  })
})

describe('a graph of shared references that unfolds to billions of values', () => {
  const unfolding: [string, (value: unknown) => object][] = [
    ['arrays of two', (value) => [value, value]],
    ['arrays of a thousand', (value) => Array.from({ length: 1000 }, () => value)],
    ['objects of two', (value) => ({ a: value, b: value })],
    ['objects without a prototype', (value) => Object.assign(Object.create(null) as object, { a: value, b: value })],
  ]
  test.each(unfolding)('is refused after a million values: %s', (_title, wrap) => {
    let read = 0
    const counted = (value: object): object =>
      new Proxy(value, {
        get(target, key) {
          if (Object.hasOwn(target, key) && key !== 'length') read++
          return Reflect.get(target, key) as unknown
        },
      })
    let value: unknown = 1
    for (let level = 0; level < 60; level++) value = counted(wrap(value))
    const run = createRun(machine)
    const refusal = run.in.send({ type: 'SET', value })
    expect(refusal).toMatchObject({ code: 'INVALID_EVENT', message: expect.stringMatching(/1,?000,?000/) })
    expect(read).toBeLessThanOrEqual(1_000_000)
    expect(run.in.send({ type: 'SET', value: 1 })).toBeUndefined()
  })
})

test.each([
  ['10,000 levels of objects', () => deep(10_000, false), 'INVALID_EVENT'],
  ['10,000 levels of arrays', () => deep(10_000, true), 'INVALID_EVENT'],
  ['100,000 levels of prototypes', () => prototypes(100_000), 'INVALID_EVENT'],
  ['an array of the greatest length', () => Object.assign([], { length: 4_294_967_295 }), 'INVALID_EVENT'],
  ['ten million characters', () => 'x'.repeat(10_000_000), undefined],
  ['ten million bytes', () => new Uint8Array(10_000_000), 'INVALID_EVENT'],
])('%s are applied or refused as they should be', (_title, make, code) => {
  const run = createRun(machine)
  const refusal = run.in.send({ type: 'SET', value: make() })
  expect(refusal?.code).toBe(code)
  expect(run.snapshot.current.sequence).toBe(refusal === undefined ? 1 : 0)
})

test('a value that drives the run while it is copied is applied or refused, and the run goes on', async () => {
  const run = createRun(machine)
  const errors = run.err.getReader()
  const set = run.ports()
  const writer = set.in.getWriter()
  const acts: (() => unknown)[] = [
    () => run.in.send({ type: 'SET', value: 'inner' }),
    () => run.in.send({ type: 'SET', value: trap(() => run.in.send({ type: 'SET', value: 'innermost' })) }),
    () => writer.write({ type: 'SET', value: 'written' }),
    () => run.toJSON(),
    () =>
      run
        .ports()
        .in.abort('no')
        .catch(() => undefined),
    () => void errors,
  ]
  for (const act of acts) {
    for (const way of ['send', 'write'] as const) {
      const value = { n: 1, ...trapMember(act) }
      const { sequence } = run.snapshot.current
      if (way === 'send') expect(run.in.send({ type: 'SET', value: new Proxy(value, {}) })).toBeUndefined()
      else await writer.write({ type: 'SET', value: trap(act) })
      expect(run.snapshot.current.sequence).toBeGreaterThan(sequence)
    }
  }
  expect(run.in.send({ type: 'SET', value: 'still here' })).toBeUndefined()
})

/** An object whose reading does something. */
function trap(act: () => unknown): object {
  return new Proxy(
    { n: 1 },
    {
      get(target, key, receiver) {
        if (key === 'n') act()
        return Reflect.get(target, key, receiver) as unknown
      },
    },
  )
}

function trapMember(act: () => unknown): { inside: object } {
  return { inside: trap(act) }
}

function prototypes(levels: number): object {
  let value: object = {}
  for (let level = 0; level < levels; level++) value = Object.create(value) as object
  return value
}

function isEmpty(value: unknown): boolean {
  try {
    return Array.isArray(value) && value.length === 0
  } catch {
    return false
  }
}
