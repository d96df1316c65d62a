// Why a value is not plain data, and where: the path is built from the trail of the walk that found it, and only then.

/** The deepest nesting of one value, its own level included. */
export const MOST_LEVELS = 512
/** The most values in one value, a shared reference counted each time it is met. */
export const MOST_NODES = 1_000_000
/**
 * Text counts as a value for each so many characters, to the nearest, and so do keys: then the JSON of it all, where each
 * character may be escaped by six, is no longer than any engine's longest string (2²⁹ characters in V8), and has an oid.
 */
export const VALUE_TEXT = 80
/** Keys shorter than half of that need no counting: they come with a value. */
export const SHORT_KEY: number = VALUE_TEXT / 2

/** Why a value is not plain data; thrown, and not an Error, because a stack would cost more than the check. */
export class NotPlain {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/**
 * Where the walk under way is: the keys from the root down. Level 0 is a batch of several events; below a single value it
 * has no key. Where one walk interrupts another, keys of the outer may be those of the inner.
 */
export const trail: (string | number | undefined)[] = []

// `level` is that of the value refused: its path is the keys of the levels above it.

function refused(level: number, why: string): NotPlain {
  return new NotPlain(`${pathTo(level)} ${why}`)
}

export function badKey(level: number, key: string): NotPlain {
  return refused(
    level,
    key === '__proto__' ? 'has a member __proto__, which is not safe: use another name' : loneSurrogate,
  )
}

export function tooDeep(level: number): NotPlain {
  return refused(level, `lies deeper than ${MOST_LEVELS} levels; is there a cycle?`)
}

export function tooMany(level: number): NotPlain {
  return refused(level, `brings more than ${MOST_NODES} values of up to ${VALUE_TEXT} characters; write less at once`)
}

const loneSurrogate = 'has text with a lone surrogate, which UTF-8 cannot say: use well-formed text'

/** Refuses what is neither an object, an array, text, a finite number, a boolean nor null. */
export function notALeaf(value: unknown, level: number): NotPlain {
  return refused(level, whyNotLeaf(value))
}

/** Refuses an object that is an instance of something. */
export function notAnObject(value: object, level: number): NotPlain {
  return refused(level, whyNotObject(value))
}

/** Refuses the member at the trail's end, which is an accessor. */
export function accessor(level: number): NotPlain {
  return refused(level + 1, 'is an accessor; plain data has no getters and setters: use its value')
}

/** Refuses the member at the trail's end, which an array has beside its items. */
export function notAnItem(level: number): NotPlain {
  return refused(level + 1, 'is a member of an array that is not an item; use an object')
}

/** Refuses a member under a symbol. */
export function symbolKey(symbol: symbol, level: number): NotPlain {
  return refused(level, `has the key ${String(symbol)}; plain data has no symbol keys: use a string`)
}

/** Refuses a member that cannot be enumerated. */
export function hiddenMember(name: string, level: number): NotPlain {
  return refused(level, `has the hidden member ${name}; plain data has only enumerable members`)
}

function whyNotLeaf(value: unknown): string {
  const type = typeof value
  if (type === 'string') return loneSurrogate
  if (type === 'number') return `is ${String(value)}; plain data has only finite numbers: use null or a string`
  return type === 'undefined' ? 'is missing; plain data has no undefined: use null' : notPlain(type, 'a string')
}

const advice: readonly (readonly [name: string, instead: string])[] = [
  ['Date', 'a string or a number'],
  ['Map', 'an object'],
  ['Set', 'an array'],
  ['Promise', 'an output, whose handler sends an event with the result'],
]

function whyNotObject(value: object): string {
  const constructor: unknown = (Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor
  const called = typeof constructor === 'function' ? String(constructor.name).slice(0, 100) : ''
  // One whose prototype is a plain object calls itself one too.
  const name = called === 'Object' ? '' : called
  return notPlain(name || 'class instance', advice.find(([known]) => known === name)?.[1] ?? 'an object of its members')
}

function notPlain(kind: string, instead: string): string {
  return `is ${/^[AEIOU]/i.test(kind) ? 'an' : 'a'} ${kind}; plain data has no ${kind}: use ${instead}`
}

/** The path to a level; of one to something deep, its beginning. */
function pathTo(level: number): string {
  let path = ''
  for (const key of trail.slice(0, Math.min(level, 32))) {
    if (key === undefined) continue
    const isIndex = typeof key === 'number' || /^\d+$/.test(key)
    path += isIndex
      ? `[${key}]`
      : /^[A-Za-z_$][\w$]{0,99}$/.test(key)
        ? `.${key}`
        : `[${JSON.stringify(key.slice(0, 100))}]`
  }
  return level > 32 ? `${path} …` : path
}

/** As `instanceof`, for what others threw: a proxy may throw when it is asked for its prototype. */
export function isA<Kind>(thrown: unknown, kind: abstract new (...made: never) => Kind): thrown is Kind {
  try {
    return thrown instanceof kind
  } catch {
    return false
  }
}

/** What a thrown value says, whatever it is. */
export function describeThrown(thrown: unknown): string {
  try {
    return (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).slice(0, 1000)
  } catch {
    return 'something that cannot be shown'
  }
}

// Finds an accessor without calling it, at half the price of a property descriptor.
const lookupGetter = (Object.prototype as unknown as { __lookupGetter__(key: PropertyKey): unknown }).__lookupGetter__

/** Whether a member is an accessor. */
export function isAccessor(value: object, key: string): boolean {
  if (lookupGetter.call(value, key) !== undefined) return true
  const descriptor =
    (value as Record<string, unknown>)[key] === undefined && Object.getOwnPropertyDescriptor(value, key)
  return descriptor !== false && descriptor !== undefined && !('value' in descriptor)
}
