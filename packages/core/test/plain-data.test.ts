/** Plain data: what is admitted, what is refused and with which path, in events, state, outputs and input. */
import { runInNewContext } from 'node:vm'
import { createRun } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { machineOf, runOf } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { thrownBy } from './thrown.ts'

expectBugs()

class Point {
  x = 1
}
const cycle: { self?: unknown } = {}
cycle.self = cycle
const sparse: unknown[] = [1]
sparse[2] = 3
const withMember = Object.assign([1, 2], { extra: 1 })
const getter = {
  get when() {
    return 1
  },
}
const setter = { set when(_value: number) {} }
const itemGetter = Object.defineProperty([1, 2], 1, { get: () => 1, enumerable: true })
const hidden = (value: object): object => Object.defineProperty(value, 'secret', { value: 1, configurable: true })
const deep = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = { d: value }
  return value
}

/** What is refused, whoever made it: the value, the path to what is wrong in it, and a word of the message. */
const refused: [title: string, value: unknown, path: string, word: RegExp][] = [
  ['a function', () => 1, '', /function/],
  ['a symbol', Symbol('s'), '', /symbol/],
  ['a bigint', 1n, '', /bigint/],
  ['NaN', Number.NaN, '', /NaN/],
  ['Infinity', [Number.POSITIVE_INFINITY], '[0]', /Infinity/],
  ['a Date', { items: [0, 1, 2, { when: new Date(0) }] }, '.items[3].when', /is a Date; .*use a string or a number/],
  ['a Map', new Map(), '', /Map/],
  ['a Set', { a: new Set() }, '.a', /Set/],
  ['a Promise', Promise.resolve(1), '', /Promise/],
  ['a RegExp', /x/, '', /RegExp/],
  ['an Error', new Error('x'), '', /Error/],
  ['a typed array', new Uint8Array(2), '', /Uint8Array/],
  ['a class instance', { at: new Point() }, '.at', /Point/],
  ['an instance of a nameless class', new (class {})(), '', /class instance/],
  ['a boxed string', Object('text'), '', /String/],
  ['an object with a prototype of its own', Object.create({ a: 1 }), '', /class instance/],
  ['an array of a subclass', new (class List extends Array {})(1), '', /List/],
  ['an object with a symbol key', { a: { [Symbol('k')]: 1 } }, '.a', /Symbol\(k\)/],
  ['an array with a symbol key', Object.assign([], { [Symbol('k')]: 1 }), '', /Symbol\(k\)/],
  ['a getter', { a: getter }, '.a.when', /accessor/],
  ['a setter', setter, '.when', /accessor/],
  ['a getter for an item', itemGetter, '[1]', /accessor/],
  ['an object with a hidden member', { a: hidden({}) }, '.a', /hidden member secret/],
  ['an array with a hidden member', [hidden([1])], '[0]', /hidden member secret/],
  ['a hidden getter', Object.defineProperty({}, 'secret', { get: () => 1 }), '', /hidden member secret/],
  ['a hidden symbol key', Object.defineProperty({}, Symbol('k'), { value: 1 }), '', /Symbol\(k\)/],
  ['a cycle', cycle, '.self.self.self', /deeper than 512 levels/],
  ['a sparse array', { a: sparse }, '.a[1]', /missing/],
  ['an undefined item', [1, undefined], '[1]', /undefined/],
  ['an array with a member', { a: withMember }, '.a.extra', /member of an array/],
  ['a __proto__ member', JSON.parse('{"a":{"__proto__":{"polluted":1}}}'), '.a', /__proto__/],
  ['text with a lone surrogate', ['\ud800'], '[0]', /lone surrogate/],
  ['a key with a lone surrogate', { '\udc00': 1 }, '', /lone surrogate/],
  ['a key that needs quotes', { 'a b': Number.NaN }, '["a b"]', /NaN/],
]

describe.each(refused)('%s', (_title, value, path, word) => {
  const expected = { code: expect.any(String), index: 0 }

  test('is refused in an event', () => {
    const run = runOf((state) => state)
    const refusal = run.in.send({ type: 'X', value })
    expect(refusal).toMatchObject({ code: 'INVALID_EVENT' })
    expectPath(refusal?.message, 'event.value' + path, word)
    const batch = run.in.send([{ type: 'X' }, { type: 'X', value }])
    expect(batch).toMatchObject({ code: 'INVALID_EVENT', index: 1 })
    expectPath(batch?.message, 'batch[1].value' + path, word)
    expect(run.snapshot.current.sequence).toBe(0)
  })

  test('is refused in a state', () => {
    const refusal = runOf(() => ({ value: rebuilt(value) })).in.send({ type: 'X' })
    expect(refusal).toMatchObject({ ...expected, code: 'INVALID_STATE' })
    expectPath(refusal?.message, 'state.value' + path, word)
  })

  test('is refused in an output', () => {
    const run = runOf((state, _event, emit) => {
      emit({ value: rebuilt(value) })
      return state
    })
    const refusal = run.in.send({ type: 'X' })
    expect(refusal).toMatchObject({ ...expected, code: 'INVALID_OUTPUT' })
    expectPath(refusal?.message, 'output.value' + path, word)
    expect(run.position).toBe(0)
  })

  test('is refused in the input and in an initial state', () => {
    const taking = machineOf((state) => state, { initial: (input: unknown) => input })
    expect(() => createRun(taking, { input: { value } })).toThrow(TypeError)
    expectPath(thrownBy(() => createRun(taking, { input: { value } })).message, 'input.value' + path, word)
    const making = machineOf((state) => state, { initial: () => ({ value: rebuilt(value) }) })
    expect(thrownBy(() => createRun(making))).toMatchObject({ code: 'INVALID_STATE' })
    expectPath(thrownBy(() => createRun(making)).message, 'initial state.value' + path, word)
  })
})

describe('admitted is', () => {
  test.each<[string, unknown, unknown]>([
    ['−0, which is 0', { n: -0 }, { n: 0 }],
    ['a member that is undefined, which is as good as absent', { a: undefined, b: 1 }, { b: 1 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['an object of another realm', runInNewContext('({ a: [1, { b: "c" }] })'), { a: [1, { b: 'c' }] }],
    ['an array of another realm', runInNewContext('[1, [2]]'), [1, [2]]],
    ['a proxy of plain data', new Proxy({ a: 1 }, {}), { a: 1 }],
    ['a shared reference', twice({ a: 1 }), { one: { a: 1 }, other: { a: 1 } }],
    ['null, empty text and empty arrays', [null, '', [], {}], [null, '', [], {}]],
    ['a constructor that is data', { constructor: 'x', toString: 1 }, { constructor: 'x', toString: 1 }],
  ])('%s', (_title, value, expected) => {
    const run = runOf((_state, event) => event.value)
    expect(run.in.send({ type: 'X', value })).toBeUndefined()
    const { state } = run.snapshot.current
    expect(state).toEqual(expected)
    expect(JSON.stringify(state)).toBe(JSON.stringify(expected))
    expect(Object.is((state as { n?: number }).n, -0)).toBe(false)
  })

  test('a value of 512 levels, and none of 513', () => {
    const run = runOf((state) => state)
    expect(run.in.send({ type: 'X', value: deep(511) })).toBeUndefined()
    expect(run.in.send({ type: 'X', value: deep(512) })).toMatchObject({ code: 'INVALID_EVENT' })
  })

  test('a batch of 1,000,000 values, and no more in all its events together', () => {
    const run = runOf((state) => state)
    // Of each event: itself, its type, its array and what is in it.
    const half = Array.from({ length: 499_990 }, () => 1)
    expect(
      run.in.send([
        { type: 'X', value: half },
        { type: 'X', value: half },
      ]),
    ).toBeUndefined()
    const refusal = run.in.send([
      { type: 'X', value: half },
      { type: 'X', value: [...half, ...half.slice(0, 40)] },
    ])
    expect(refusal).toMatchObject({ code: 'INVALID_EVENT', index: 1 })
    expect(refusal?.message).toMatch(/batch\[1\]\.value.*1,?000,?000/)
  })
})

test('an event may have no hidden member itself, nor may a batch', () => {
  const run = runOf((state) => state)
  expect(run.in.send(hidden({ type: 'X' }) as never)?.message).toMatch(/event has the hidden member secret/)
  expect(run.in.send(Object.defineProperty({ type: 'X' }, 'n', { value: 1 }))).toMatchObject({ code: 'INVALID_EVENT' })
  expect(run.in.send(hidden([{ type: 'X' }, { type: 'X' }]) as never)?.message).toMatch(/hidden member secret/)
  expect(run.in.send(hidden([{ type: 'X' }]) as never)?.message).toMatch(/hidden member secret/)
})

describe('what a sender holds', () => {
  test('is copied during the very call, so that it may be changed afterwards', async () => {
    const run = runOf((_state, event) => event.value)
    const value = { list: [1] }
    const written = run.in.getWriter().write({ type: 'X', value })
    value.list.push(2)
    await written
    expect(run.snapshot.current.state).toEqual({ list: [1] })
    expect(Object.isFrozen(value.list)).toBe(false)
  })

  test('is copied from input and nonce too', () => {
    const input = { list: [1] }
    const nonce = new Uint8Array(16)
    const run = createRun(
      machineOf((state) => state, { initial: (given: unknown) => given }),
      { input, nonce },
    )
    input.list.push(2)
    nonce[0] = 255
    expect([run.snapshot.current.state, run.genesis.input]).toEqual([{ list: [1] }, { list: [1] }])
    expect(run.genesis.nonce).toBe('0'.repeat(32))
  })
})

describe('what a machine makes', () => {
  test('is frozen in place, to its last member', () => {
    const made = { list: [{ deep: 1 }] }
    const output = { type: 'told', deep: { n: [1] } }
    const run = runOf((_state, _event, emit) => {
      emit(output)
      return made
    })
    expect(run.in.send({ type: 'X' })).toBeUndefined()
    expect(run.snapshot.current.state).toBe(made)
    for (const frozen of [made, made.list, made.list[0], output, output.deep, output.deep.n]) {
      expect(Object.isFrozen(frozen)).toBe(true)
    }
  })

  test('is walked in development even if it was frozen before', () => {
    const run = runOf(() => Object.freeze({ when: new Date(0) }))
    expect(run.in.send({ type: 'X' })?.message).toMatch(/state\.when .*Date/)
  })

  test('is refused if a handler returns nothing', () => {
    expect(runOf(() => undefined).in.send({ type: 'X' })).toMatchObject({ code: 'INVALID_STATE' })
    expect(runOf(async () => 1).in.send({ type: 'X' })?.message).toMatch(/state .*Promise/)
  })
})

test.each<[string, unknown, RegExp]>([
  ['text', 'OPEN', /event .*"OPEN".*string type/],
  ['null', null, /event .*null/],
  ['undefined', undefined, /event .*undefined/],
  ['an object without a type', {}, /event\.type/],
  ['an object whose type is no string', { type: 1 }, /event\.type .*1.*string/],
  ['a type that is inherited', Object.create({ type: 'X' }), /event .*class instance/],
  ['an array in an array', [[{ type: 'X' }]], /(batch\[0\]|event) .*array/],
])('%s is no event', (_title, event, message) => {
  const refusal = runOf((state) => state).in.send(event as never)
  expect(refusal).toMatchObject({ code: 'INVALID_EVENT', sequence: 0 })
  expect(refusal?.message).toMatch(message)
  expect(refusal?.batch).toBeUndefined()
})

function twice(value: unknown): unknown {
  return { one: value, other: value }
}

/** The getter and the graph are made anew, so that no test freezes what another one needs. */
function rebuilt(value: unknown): unknown {
  return value === cycle ? { self: cycle } : value
}

function expectPath(text: string | undefined, path: string, word: RegExp): void {
  const at = text?.indexOf(path) ?? -1
  expect(at, `${text} names ${path}`).toBeGreaterThanOrEqual(0)
  expect(text?.slice(at + path.length)).toMatch(word)
}
