// Why a value is not plain data, and where. The path is built from the trail of the walk that found it, and only then.

/** The deepest nesting of one value, its own level included. */
export const MOST_LEVELS = 512
/** The largest number of values in one value. A shared reference counts each time it is met. */
export const MOST_VALUES = 1_000_000
/**
 * Text and keys count as one more value for each so many characters, rounded. So the JSON of a whole value, in which each
 * character may take six, fits the longest string of every engine (2²⁹ characters in V8), and always has an oid.
 */
export const VALUE_TEXT = 80
/** Shorter keys need no counting: they come with a value. */
export const SHORT_KEY: number = VALUE_TEXT / 2

/** Why a value is not plain data. It is thrown, but it is no Error: a stack would cost more than the check. */
export class NotPlain {
  declare readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/**
 * The keys from the root down to where a walk is. Level 0 is the index in a batch of several events; it is undefined for
 * a single value.
 */
export type Trail = (string | number | undefined)[]

const LONE_SURROGATE = 'has text with a lone surrogate, which UTF-8 cannot encode: use well-formed text'

export const TOO_DEEP: string = `lies deeper than ${MOST_LEVELS} levels; is there a cycle?`
export const TOO_MANY: string = `brings more than ${MOST_VALUES} values of up to ${VALUE_TEXT} characters; write less at once`

export function badKey(key: string): string {
  return key === '__proto__' ? 'has a member __proto__, which is not safe: use another name' : LONE_SURROGATE
}

/** About a value that is neither an object, an array, text, a finite number, a boolean nor null. */
export function notALeaf(value: unknown): string {
  const type = typeof value
  if (type === 'string') return LONE_SURROGATE
  if (type === 'number') return `is ${String(value)}; plain data has only finite numbers: use null or a string`
  return type === 'undefined' ? 'is missing; plain data has no undefined: use null' : isNot(type, 'a string')
}

/** About an object that is an instance of a class. */
export function notAnObject(value: object): string {
  const constructor: unknown = (Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor
  const called = typeof constructor === 'function' ? String(constructor.name).slice(0, 100) : ''
  // An object whose prototype is a plain object is called Object too.
  const name = called === 'Object' ? '' : called
  return isNot(name || 'class instance', INSTEAD.get(name) ?? 'an object of its members')
}

/** What to use instead of an instance. */
const INSTEAD: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['Date', 'a string or a number'],
  ['Map', 'an object'],
  ['Set', 'an array'],
  ['Promise', 'an output, whose handler sends an event with the result'],
])

function isNot(kind: string, instead: string): string {
  return `is ${/^[AEIOU]/i.test(kind) ? 'an' : 'a'} ${kind}; plain data has no ${kind}: use ${instead}`
}

/** The path to what is at a level: the keys of the levels above it. If it is deep, only the beginning of the path. */
export function pathTo(trail: Trail, level: number): string {
  let path = ''
  for (const key of trail.slice(0, Math.min(level, 32))) {
    if (key === undefined) continue
    const name = String(key)
    if (/^[A-Za-z_$][\w$]{0,99}$/.test(name)) path += `.${name}`
    else path += `[${/^\d+$/.test(name) ? name : JSON.stringify(name.slice(0, 100))}]`
  }
  return level > 32 ? `${path} …` : path
}
