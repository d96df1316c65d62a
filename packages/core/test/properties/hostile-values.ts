// Values of every kind that JavaScript has, made of a number, so that each can be made again.

import { runInNewContext } from 'node:vm'

/** A generator of numbers, the same for the same seed (mulberry32). */
export function numbersOf(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const fails = (): never => {
  throw new Error('a trap')
}
const throwsWorse = (): never => {
  throw new Proxy({}, { getPrototypeOf: fails, get: fails, has: fails })
}
const traps = [
  'get',
  'has',
  'ownKeys',
  'getOwnPropertyDescriptor',
  'getPrototypeOf',
  'isExtensible',
  'set',
  'defineProperty',
  'deleteProperty',
  'preventExtensions',
  'setPrototypeOf',
] as const

type Make = (next: (below: number) => number, inner: () => unknown) => unknown

/** Each kind once; `inner` makes another value to put into it. */
const kinds: Make[] = [
  () => undefined,
  () => null,
  (next) => next(2) === 0,
  (next) => [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE, 5e-324, 2 ** 60][next(8)],
  (next) => BigInt(next(1000)),
  (next) => [Symbol('s'), Symbol.iterator, Symbol.for('shared'), Symbol('x'.repeat(10_000))][next(4)],
  (next) => ['', 'text', '\ud800', '\udc00x', '\u0000', '😀', '__proto__', 'x'.repeat(100_000)][next(8)],
  (next) => [() => 1, class Made {}, async () => 1, function* () {}, Math.max, Proxy][next(6)],
  (next) => [Math, JSON, Reflect, Atomics, globalThis, Intl][next(6)],
  (next) =>
    [new Date(0), new Date(Number.NaN), /x/g, new Error('x'), new Map([[1, 2]]), new Set([1]), new WeakMap()][next(7)],
  (next) =>
    [new Uint8Array(4), new Float64Array(1000), new ArrayBuffer(8), new DataView(new ArrayBuffer(8)), Buffer.from('x')][
      next(5)
    ],
  (next) => [Object(1), Object('text'), Object(1n), Object(Symbol('s')), Object(true)][next(5)],
  (next) =>
    [
      Promise.resolve(1),
      new ReadableStream(),
      new URL('x:y'),
      new AbortController(),
      new TextEncoder(),
      new WeakRef({}),
    ][next(6)],
  (_next, inner) =>
    (function (..._given: unknown[]) {
      return arguments
    })(inner(), 1),
  (_next, inner) =>
    new (class Point {
      x = inner()
    })(),
  () => new (class List extends Array<unknown> {})(1, 2),
  (_next, inner) => Object.create({ inherited: inner() }),
  (_next, inner) => Object.assign(Object.create(null) as object, { a: inner() }),
  (_next, inner) => Object.create(Object.create(null) as object, { a: { value: inner(), enumerable: true } }),
  (_next, inner) => ({ a: inner(), b: inner() }),
  (_next, inner) => [inner(), inner()],
  (_next, inner) => ({ [Symbol('k')]: inner() }),
  (_next, inner) => Object.assign([inner()], { extra: 1 }),
  (_next, inner) => Object.defineProperty({}, 'hidden', { value: inner() }),
  () => Object.defineProperty({}, 'a', { get: fails, enumerable: true }),
  () => Object.defineProperty({}, 'a', { get: throwsWorse, enumerable: true }),
  () => Object.defineProperty([1], 0, { get: fails, enumerable: true }),
  (_next, inner) => ({
    get a() {
      return inner()
    },
  }),
  (_next, inner) => ({
    set a(_value: unknown) {
      inner()
    },
  }),
  (_next, inner) => JSON.parse('{"__proto__":{"polluted":1}}') ?? inner(),
  (_next, inner) => ({ constructor: inner(), prototype: { polluted: 1 }, ['__proto__x']: 1 }),
  (_next, inner) => ({ ['\ud800']: inner() }),
  (next, inner) => {
    const sparse: unknown[] = []
    sparse[next(100)] = inner()
    return sparse
  },
  () => Object.assign([], { length: 4_294_967_295 }),
  () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    return cycle
  },
  () => {
    const one: Record<string, unknown> = {}
    one['other'] = { one }
    return one
  },
  (next) => deep(next(2) === 0 ? 10_000 : 600, next(2) === 0),
  (next, inner) => new Proxy({ a: inner() }, { [traps[next(traps.length)] as string]: fails }),
  (next, inner) => new Proxy([inner()], { [traps[next(traps.length)] as string]: throwsWorse }),
  (_next, inner) => new Proxy({ a: inner() }, Object.fromEntries(traps.map((trap) => [trap, fails]))),
  (_next, inner) => new Proxy({ a: inner() }, {}),
  (next) => {
    const { proxy, revoke } = Proxy.revocable(next(2) === 0 ? {} : [], {})
    revoke()
    return proxy
  },
  () => {
    const bottomless: object = new Proxy(
      {},
      {
        get: () => bottomless,
        ownKeys: () => ['a'],
        getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
      },
    )
    return bottomless
  },
  () => new Proxy([], { get: (_target, key) => (key === 'length' ? 2 ** 53 : 1) }),
  () => new Proxy({}, { getPrototypeOf: () => new Proxy({}, { getPrototypeOf: fails }) }),
  (next) =>
    runInNewContext(
      [
        '({ a: [1] })',
        '[1, { b: 2 }]',
        'new Date(0)',
        'new Map()',
        '(class A { x = 1 }, new (class A { x = 1 })())',
        'Object.create(null)',
        '() => 1',
        'new Proxy({}, {})',
      ][next(8)] as string,
    ),
  (_next, inner) => ({ toJSON: () => inner() }),
  () => JSON.parse('{"then":1,"catch":2}'),
  (_next, inner) => Object.freeze({ a: Object.freeze([inner()]) }),
  (next) => Array.from({ length: next(2000) }, (_, at) => at),
  (next) => Object.fromEntries(Array.from({ length: next(2000) }, (_, at) => [`k${at}`, at])),
]

/** A value of some kind, with others in it. */
export function hostileValue(next: (below: number) => number, depth = 0): unknown {
  const make = kinds[next(kinds.length)] as Make
  return make(next, () => (depth > 3 ? 1 : hostileValue(next, depth + 1)))
}

/** What is written: mostly something that looks like an event or a batch. */
export function hostileWrite(seed: number): unknown {
  const next = numbersOf(seed)
  const value = hostileValue(next)
  switch (next(6)) {
    case 0:
      return value
    case 1:
      return { type: value }
    case 2:
      return [
        { type: 'SET', value: 1 },
        { type: 'SET', value },
      ]
    case 3:
      return [value, { type: 'SET' }]
    case 4:
      return Object.assign(Object.create(null) as object, { type: 'SET', value })
    default:
      return { type: 'SET', value }
  }
}

/** So many levels of objects or arrays. */
export function deep(levels: number, arrays: boolean): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = arrays ? [value] : { d: value }
  return value
}
