// The clocks and random sources of development's second step: each clock shows another time, and each random source gives
// other values than in the first step. So a machine that asks one is found each time, and not only if a millisecond passes
// in between. What was captured before, and what is of another realm, cannot be replaced. Nothing calls this in production.

import { isReplaced, type Make, type Members, type Original, putBack, replace } from './replaced-members.ts'

/**
 * How far the clocks are moved: 129 years, 5 months, 2 days of the week, 13 hours, 23 minutes, 29 seconds, 371 ms. With
 * this number, and with twice as much, every field of every date is another one, in every time zone.
 */
const MOVED = 47_276 * 86_400_000 + 13 * 3_600_000 + 23 * 60_000 + 29_371
/** How far a clock moves on each time that it is asked, so that measured times differ too. */
const MOVED_ON = 1001
/** What is added to times of less than a millisecond. */
const NANOSECONDS = 123_456

/** What is under way. Outside of a check everything that was replaced, and that somebody kept, does what it always did. */
let phase: 'none' | 'first' | 'second' = 'none'
/** The values that the first step drew, by random source. */
let drawn: Drawn = {}
/** How often the second step asked a clock. */
let asked = 0
/** How many checks there were. */
let checks = 0
/** Whether the `format` of formatters of dates was called in a check. */
let formats = false

type Drawn = { [source in 'random' | 'id' | 'bytes']?: unknown[] }

/**
 * Runs two steps, the second one with other clocks and random values.
 * @param first the first step
 * @param second the second
 * @param isNew whether nothing like it was checked before
 * @returns the two results
 */
export function inTwoTimes<Result>(
  first: () => Result,
  second: () => Result,
  isNew: boolean,
): readonly [Result, Result] {
  const outer = { phase, drawn, asked }
  // A second step has other clocks already, and so have the runs that it drives.
  if (phase === 'second') return [first(), second()]
  drawn = {}
  asked = 0
  try {
    if (phase === 'none') replaceAll()
    phase = 'first'
    if (formats || isNew || checks++ % 16 === 0) replaceFormat()
    const once = first()
    if (outer.phase === 'first') addTo(outer.drawn, drawn)
    phase = 'second'
    return [once, second()]
  } finally {
    ;({ phase, drawn, asked } = outer)
    if (phase === 'none') putBack()
  }
}

function addTo(outer: Drawn, inner: Drawn): void {
  for (const source of ['random', 'id', 'bytes'] as const) {
    if (inner[source] !== undefined) (outer[source] ??= []).push(...inner[source])
  }
}

/** A value of a random source: noted in the first step, and another one than that in the second. */
function draw<Value>(source: keyof Drawn, original: () => Value, other: (value: Value) => Value | undefined): Value {
  if (phase === 'second') {
    const values = drawn[source] as Value[] | undefined
    const value = values?.length ? other(values.shift() as Value) : undefined
    if (value !== undefined) return value
  }
  const value = original()
  if (phase === 'first') (drawn[source] ??= []).push(value)
  return value
}

/** How far the clocks are moved at this moment, in milliseconds. */
function moved(): number {
  return phase === 'second' ? MOVED + MOVED_ON * asked++ : 0
}

/** The global of this name, if there is one. */
function globalOf(name: string): Members | undefined {
  return (globalThis as unknown as Members)[name] as Members | undefined
}

/** What is replaced: members of an object, which they may have from their prototype. */
const replaced: readonly (readonly [owner: () => unknown, ...members: (readonly [key: string, make: Make])[]])[] = [
  [() => globalOf('Date'), ['now', later]],
  [() => globalOf('Date')?.['prototype'], ['constructor', otherDate]],
  [() => globalThis, ['Date', otherDate]],
  [() => Math, ['random', otherRandom]],
  [() => globalOf('performance'), ['now', later], ['timeOrigin', later]],
  [() => globalOf('Intl'), ['DateTimeFormat', otherFormatter]],
  [formatterPrototype, ['formatToParts', withTime]],
  [() => globalOf('crypto'), ['randomUUID', otherId], ['getRandomValues', otherBytes]],
  [() => globalOf('process'), ['hrtime', otherHrtime], ['uptime', laterInSeconds]],
  [
    () => globalOf('Temporal')?.['Now'],
    ['instant', laterTime],
    ['plainDateISO', laterTime],
    ['plainDateTimeISO', laterTime],
    ['plainTimeISO', laterTime],
    ['zonedDateTimeISO', laterTime],
  ],
]

function formatterPrototype(): unknown {
  return (globalOf('Intl')?.['DateTimeFormat'] as Members | undefined)?.['prototype']
}

// Each of these is called once for each original. What it makes asks for the phase when it is called itself.

function later(original: Original): Original {
  return function (...given) {
    return (Reflect.apply(original, this, given) as number) + moved()
  }
}

function laterInSeconds(original: Original): Original {
  return function (...given) {
    return (Reflect.apply(original, this, given) as number) + moved() / 1000
  }
}

function laterTime(original: Original): Original {
  return function (...given) {
    const time = Reflect.apply(original, this, given) as { add(duration: object): unknown }
    return phase === 'second' ? time.add({ milliseconds: moved() }) : time
  }
}

const dates = new WeakMap<Original, unknown>()

/** The constructor of dates, also as a member of their prototype: one for both. */
function otherDate(original: Original): unknown {
  const known = dates.get(original)
  if (known !== undefined) return known
  const made = new Proxy(original as unknown as DateConstructor, {
    apply: (target, self, given) =>
      phase === 'second' ? new target(timeOf(target)).toString() : Reflect.apply(target, self, given),
    construct: (target, given, newTarget: DateConstructor) =>
      Reflect.construct(target, phase === 'second' && given.length === 0 ? [timeOf(target)] : given, newTarget) as Date,
  })
  dates.set(original, made)
  return made
}

function timeOf(Clock: DateConstructor): number {
  return new Clock().getTime() + moved()
}

/** A constructor of formatters, for which `format` is replaced as soon as it makes one. */
function otherFormatter(original: Original): unknown {
  return new Proxy(original as unknown as Intl.DateTimeFormatConstructor, {
    apply(target, self, given) {
      replaceFormat()
      return Reflect.apply(target, self, given)
    },
    construct(target, given, newTarget: Intl.DateTimeFormatConstructor) {
      replaceFormat()
      return Reflect.construct(target, given, newTarget) as Intl.DateTimeFormat
    },
  })
}

function otherFormat(original: Original): Original {
  return function () {
    formats ||= phase !== 'none'
    return withTime(Reflect.apply(original, this, []) as Original)
  }
}

/** A function of a date that takes the time of now if it gets none. */
function withTime(original: Original): Original {
  return function (date, ...more) {
    const when = phase === 'second' && date === undefined ? new Date() : date
    return Reflect.apply(original, this, [when, ...more])
  }
}

function otherRandom(original: Original): Original {
  // Half of the range away, so that a coin falls on its other side, and a die on another one.
  return () => draw('random', original as () => number, (value) => (value + 0.5) % 1)
}

function otherId(original: Original): Original {
  return function (...given) {
    // The version stays, and the variant is one of the four that are allowed.
    const other = (id: string): string =>
      id.replace(/[\da-f]/g, (digit, at: number) => (at === 14 ? digit : otherDigit(digit, at === 19)))
    return draw('id', () => Reflect.apply(original, this, given) as string, other)
  }
}

function otherDigit(digit: string, isVariant: boolean): string {
  return ((isVariant ? 19 : 15) - Number.parseInt(digit, 16)).toString(16)
}

function otherBytes(original: Original): Original {
  return function (array, ...more) {
    const view = array as Uint8Array
    const bytesOf = (): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    const fill = (): Uint8Array => {
      Reflect.apply(original, this, [array, ...more])
      return bytesOf().slice()
    }
    draw('bytes', fill, (bytes) => {
      if (bytes.length !== view.byteLength) return undefined
      bytesOf().set(bytes.map((byte) => 255 - byte))
      return bytes
    })
    return array
  }
}

function otherHrtime(original: Original & { bigint?: () => bigint }): Original {
  const hrtime: Original = (...given) => {
    const [seconds, nanoseconds] = original(...given) as [number, number]
    if (phase !== 'second') return [seconds, nanoseconds]
    const by = moved()
    const sum = nanoseconds + (by % 1000) * 1_000_000 + NANOSECONDS
    return [seconds + Math.floor(by / 1000) + Math.floor(sum / 1e9), sum % 1e9]
  }
  const bigint = (): bigint => (original.bigint as () => bigint)() + BigInt(moved()) * BigInt(1_000_000)
  return Object.assign(hrtime, { bigint })
}

function replaceAll(): void {
  let at = 1
  for (const [ownerOf, ...members] of replaced) {
    for (const [key, make] of members) replace(at++, ownerOf, key, make)
  }
}

/**
 * Replaces the `format` of formatters. It is a getter, which costs more than all else together. So it is replaced if the
 * machine was not checked before, makes a formatter, or has ever used one.
 */
function replaceFormat(): void {
  if (phase === 'none' || isReplaced('format')) return
  replace(0, formatterPrototype, 'format', otherFormat)
}
