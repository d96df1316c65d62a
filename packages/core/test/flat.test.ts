/** The fast path of production for flat values follows every rule of the walk. Runs with NODE_ENV=production. */
import { createRun } from '@xmachines/core'
import { afterEach, describe, expect, test } from 'vitest'
import { machineOf, runOf } from './machines.ts'

test('these tests run in production', () => {
  expect(process.env['NODE_ENV']).toBe('production')
})

/** A run whose keys the fast path knows. */
function warm() {
  const run = runOf((state, event) => (event.type === 'SET' ? { ...event } : state))
  run.in.send({ type: 'SET', value: 1, n: 1 } as never)
  return run
}

describe('a flat event', () => {
  test.each<[string, object, object]>([
    ['text, numbers, booleans and null', { value: 'a', n: 1.5 }, { type: 'SET', value: 'a', n: 1.5 }],
    ['−0, which is 0', { value: -0 }, { type: 'SET', value: 0 }],
    ['a member that is undefined, which is absent', { value: undefined, n: 2 }, { type: 'SET', n: 2 }],
    [
      'an accessor, whose value counts',
      Object.defineProperty({}, 'value', { get: () => 7, enumerable: true }),
      { type: 'SET', value: 7 },
    ],
    ['a symbol key, which is left out', { value: 1, [Symbol('s')]: 2 }, { type: 'SET', value: 1 }],
  ])('may have %s', (_title, members, expected) => {
    const run = warm()
    const event = Object.defineProperties({ type: 'SET' }, Object.getOwnPropertyDescriptors(members))
    expect(run.in.send(event as never)).toBeUndefined()
    expect(run.state).toEqual(expected)
    expect(Object.getOwnPropertySymbols(run.state)).toEqual([])
    expect(Object.is((run.state as { value?: number }).value, -0)).toBe(false)
    expect(Object.isFrozen(event)).toBe(false)
  })

  test.each<[string, object, RegExp]>([
    ['NaN', { value: Number.NaN }, /event\.value is NaN/],
    ['a lone surrogate', { value: '\ud800' }, /event\.value .*surrogate/],
    ['a bigint', { value: 1n }, /event\.value is a bigint/],
    ['a Date', { value: new Date(0) }, /event\.value is a Date/],
    ['no type', { type: undefined }, /event\.type is missing/],
    ['a type that is a number', { type: 1 }, /event\.type is 1/],
  ])('may not have %s', (_title, members, message) => {
    const run = warm()
    const refusal = run.in.send({ type: 'SET', ...members })
    expect(refusal).toMatchObject({ code: 'INVALID_EVENT', message: expect.stringMatching(message) })
    const inBatch = run.in.send([
      { type: 'SET', value: 1 },
      { type: 'SET', ...members },
    ])
    expect(inBatch).toMatchObject({ code: 'INVALID_EVENT', index: 1 })
  })

  test('is checked although its type is the type of the event before', () => {
    const run = warm()
    expect(run.in.send({ type: 'SET', value: Number.NaN })).toMatchObject({ code: 'INVALID_EVENT' })
    expect(run.in.send({ type: '\ud800' })).toMatchObject({ code: 'INVALID_EVENT' })
    expect(run.in.send({ type: '\ud800' })).toMatchObject({ code: 'INVALID_EVENT' })
    expect(run.in.send({ type: 'SET', value: [{ type: 0 }, { type: -0 }] })).toBeUndefined()
    const { value } = run.state as unknown as { value: readonly { type: number }[] }
    expect(value.map(({ type }) => Object.is(type, 0))).toEqual([true, true])
  })

  test('whose accessor or proxy throws is refused, and nothing is thrown to the sender', async () => {
    const run = warm()
    const fails = (): never => {
      throw new Error('no')
    }
    const accessor = Object.defineProperty({ type: 'SET' }, 'value', { get: fails, enumerable: true })
    const proxy = new Proxy({ type: 'SET' }, { get: fails })
    for (const event of [accessor, proxy, new Proxy({}, { getPrototypeOf: fails })] as never[]) {
      expect(run.in.send(event)).toMatchObject({ code: 'INVALID_EVENT' })
      expect(run.in.send([event, event])).toMatchObject({ code: 'INVALID_EVENT' })
      await run.ports().in.getWriter().write(event)
    }
    expect(run.snapshot.current.sequence).toBe(1)
  })

  test('counts in its batch, which may have 1,000,000 values', () => {
    const run = warm()
    const events = Array.from({ length: 333_332 }, () => ({ type: 'SKIP', n: 1 }))
    expect(run.in.send(events)).toBeUndefined()
    events.push({ type: 'SKIP', n: 1 }, { type: 'SKIP', n: 1 })
    expect(run.in.send(events)).toMatchObject({ code: 'INVALID_EVENT', message: expect.stringContaining('1000000') })
  })

  test('may not lie deeper than 512 levels', () => {
    const run = warm()
    const nest = (levels: number): unknown => {
      let value: unknown = { n: 1 }
      for (let level = 0; level < levels; level++) value = [value]
      return value
    }
    expect(run.in.send({ type: 'SET', value: nest(510) })).toBeUndefined()
    expect(run.in.send({ type: 'SET', value: nest(511) })).toMatchObject({ code: 'INVALID_EVENT' })
  })
})

describe('a flat state', () => {
  test('is frozen in place, and so is what it holds', () => {
    const inner = { n: 1 }
    const made = { n: 1, value: inner }
    const run = runOf(() => made)
    run.in.send({ type: 'X' })
    expect(run.state).toBe(made)
    expect([Object.isFrozen(made), Object.isFrozen(inner)]).toEqual([true, true])
    const kept = { n: 2, value: inner }
    const next = runOf(() => kept)
    next.in.send({ type: 'X' })
    expect(Object.isFrozen(kept)).toBe(true)
  })

  test('that a handler changes after it was returned stays as it was', () => {
    const run = createRun(
      machineOf(
        (state) => {
          state.n++
          return state
        },
        { initial: { n: 1 } },
      ),
    )
    expect(run.in.send({ type: 'X' })).toMatchObject({ code: 'TRANSITION_FAILED' })
    expect(run.state).toEqual({ n: 1 })
  })

  test.each([Number.NaN, '\ud800', 1n, () => 1, new Date(0)])('may not hold %s', (value) => {
    expect(runOf(() => ({ n: 1, value })).in.send({ type: 'X' })).toMatchObject({ code: 'INVALID_STATE' })
  })
})

describe('if Object.prototype has an enumerable member', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'n')
  })

  test('it is no member of an event or a state', () => {
    const run = warm()
    // oxlint-disable-next-line no-extend-native -- that is what this test is about
    Object.defineProperty(Object.prototype, 'n', { value: 5, enumerable: true, configurable: true, writable: true })
    expect(run.in.send({ type: 'SET', value: 2 })).toBeUndefined()
    expect(Object.keys(run.state as object)).toEqual(['type', 'value'])
  })
})
