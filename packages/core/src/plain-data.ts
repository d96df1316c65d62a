// Plain data: what JSON can say. Checks, copies and freezes in one pass, because every event goes through here.
// Knows nothing of machines and runs.

import { development } from './development.ts'

/** The deepest nesting of one value, its own level included. */
export const MOST_LEVELS = 512
/** The most values in one value, a shared reference counted each time it is met. */
export const MOST_NODES = 1_000_000

/** Why a value is not plain data; thrown, and not an Error, because a stack would cost more than the check. */
export class NotPlain {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

// Where the walk under way is: the keys from the root down, and the values met so far. A path is built from them only
// when something is refused. A walk can be entered from within another one (a proxy's trap that writes to a run), so
// the count is put back at the end; keys of the outer walk may then be those of the inner.
// Level 0 is a batch of several events; below a single value it has no key.
const trail: (string | number | undefined)[] = []
let nodes = 0

// Finds an accessor without calling it, at half the price of a property descriptor.
const lookupGetter = (Object.prototype as unknown as { __lookupGetter__(key: PropertyKey): unknown }).__lookupGetter__

/**
 * Copies a value that somebody else holds into frozen plain data.
 * @param value anything
 * @param root what the value is called in a message, such as `event`
 * @returns the copy: `undefined` members left out, −0 as 0
 * @throws {NotPlain} with the path to what plain data cannot say
 */
export function copyPlain(value: unknown, root: string): unknown {
  const outer = nodes
  nodes = 0
  trail[0] = undefined
  try {
    return copy(value, 1)
  } catch (problem) {
    throw located(problem, root)
  } finally {
    nodes = outer
  }
}

/**
 * Copies a batch, which is one event or an array of them, with one budget of nodes for all of them.
 * @param value what was written
 * @returns the frozen event, or the frozen array of events
 * @throws {NotPlain} as `copyPlain`
 */
export function copyBatch(value: unknown): unknown {
  const outer = nodes
  nodes = 0
  trail[0] = undefined
  let root = 'event'
  try {
    if (!Array.isArray(value)) return copy(value, 1)
    root = 'batch'
    return copyArray(value, 0)
  } catch (problem) {
    throw located(problem, root)
  } finally {
    nodes = outer
  }
}

/**
 * Checks a value that a machine made and freezes it in place. What is frozen already is trusted in production and
 * walked again in development.
 * @param value anything
 * @param root what the value is called in a message, such as `state`
 * @throws {NotPlain} with the path to what plain data cannot say
 */
export function freezePlain(value: unknown, root: string): void {
  const outer = nodes
  nodes = 0
  trail[0] = undefined
  try {
    freeze(value, 1)
  } catch (problem) {
    throw located(problem, root)
  } finally {
    nodes = outer
  }
}

function copy(value: unknown, level: number): unknown {
  if (++nodes > MOST_NODES) throw tooMany(level)
  if (typeof value === 'object') {
    if (value === null) return null
    return Array.isArray(value) ? copyArray(value, level) : copyObject(value, level)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw loneSurrogate(level)
    return value
  }
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value
  if (typeof value === 'boolean') return value
  throw notPlain(value, level)
}

function copyObject(value: object, level: number): unknown {
  if (level > MOST_LEVELS) throw tooDeep(level)
  if (!isPlainObject(value)) throw notPlain(value, level)
  for (const key in value) if (lookupGetter.call(value, key) !== undefined) throw accessor(level, key)
  const made: Record<string, unknown> = { ...value }
  if (Object.getOwnPropertySymbols(made).length > 0) throw symbolKey(made, level)
  let absent = false
  for (const key in made) {
    if (!Object.hasOwn(made, key)) continue
    const member = made[key]
    if (member === undefined) {
      if (isAccessor(value, key)) throw accessor(level, key)
      absent = true
      continue
    }
    trail[level] = key
    if (key === '__proto__' || !key.isWellFormed()) throw badKey(level, key)
    const copied = copy(member, level + 1)
    // −0 and 0 are equal here and differ in the copy.
    if (copied !== member || copied === 0) made[key] = copied
  }
  return Object.freeze(absent ? withoutAbsent(made) : made)
}

function copyArray(value: readonly unknown[], level: number): readonly unknown[] {
  if (level > MOST_LEVELS) throw tooDeep(level)
  if (!isPlainArray(value)) throw notPlain(value, level)
  const { length } = value
  if (nodes + length > MOST_NODES) throw tooMany(level)
  const made: unknown[] = []
  for (let index = 0; index < length; index++) {
    trail[level] = index
    if (lookupGetter.call(value, index) !== undefined) throw accessor(level, index)
    const item = value[index]
    if (item === undefined) throw missing(value, level, index)
    made.push(copy(item, level + 1))
  }
  onlyItems(value, level)
  return Object.freeze(made)
}

function freeze(value: unknown, level: number): void {
  if (++nodes > MOST_NODES) throw tooMany(level)
  if (typeof value === 'object') {
    if (value === null || (!development && Object.isFrozen(value))) return
    if (level > MOST_LEVELS) throw tooDeep(level)
    if (Array.isArray(value)) freezeArray(value, level)
    else freezeObject(value, level)
  } else if (typeof value === 'string') {
    if (!value.isWellFormed()) throw loneSurrogate(level)
  } else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean') {
    throw notPlain(value, level)
  }
}

function freezeObject(value: object, level: number): void {
  if (!isPlainObject(value)) throw notPlain(value, level)
  // Frozen before it is read, so that what was checked is what stays, in a proxy too.
  Object.freeze(value)
  let members = 0
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    members++
    if (lookupGetter.call(value, key) !== undefined) throw accessor(level, key)
    const member = (value as Record<string, unknown>)[key]
    if (member === undefined) {
      if (isAccessor(value, key)) throw accessor(level, key)
      continue
    }
    trail[level] = key
    if (key === '__proto__' || !key.isWellFormed()) throw badKey(level, key)
    freeze(member, level + 1)
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw symbolKey(value, level)
  const names = Object.getOwnPropertyNames(value)
  if (names.length !== members) throw hiddenKey(value, names, level)
}

function freezeArray(value: readonly unknown[], level: number): void {
  if (!isPlainArray(value)) throw notPlain(value, level)
  if (nodes + value.length > MOST_NODES) throw tooMany(level)
  Object.freeze(value)
  for (let index = 0; index < value.length; index++) {
    trail[level] = index
    if (lookupGetter.call(value, index) !== undefined) throw accessor(level, index)
    const item = value[index]
    if (item === undefined) throw missing(value, level, index)
    freeze(item, level + 1)
  }
  onlyItems(value, level)
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  // An Object.prototype of another realm: a root of its own that carries what only an Object.prototype carries.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf')
}

function isPlainArray(value: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // In every realm Array.prototype is itself an array; the prototype of a subclass is not.
  return prototype === Array.prototype || Array.isArray(prototype)
}

function isAccessor(value: object, key: PropertyKey): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(value, key)
  return descriptor !== undefined && !('value' in descriptor)
}

function withoutAbsent(made: Record<string, unknown>): Record<string, unknown> {
  const present: Record<string, unknown> = {}
  for (const key of Object.keys(made)) if (made[key] !== undefined) present[key] = made[key]
  return present
}

/** An array has members beside its items only when someone put them there. */
function onlyItems(value: readonly unknown[], level: number): void {
  const names = Object.getOwnPropertySymbols(value).length
  if (names > 0) throw symbolKey(value, level)
  let items = 0
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    if (++items > value.length) {
      trail[level] = key
      throw refused(level + 1, 'is a member of an array that is not an item; use an object')
    }
  }
}

// Refusals. `level` is that of the value refused: its path is the keys of the levels above it.

function refused(level: number, why: string): NotPlain {
  return new NotPlain(pathOf(level) + ' ' + why)
}

function notPlain(value: unknown, level: number): NotPlain {
  return refused(level, whyNotPlain(value))
}

function accessor(level: number, key: string | number): NotPlain {
  trail[level] = key
  return refused(level + 1, 'is an accessor; plain data has no getters and setters: use its value')
}

function symbolKey(value: object, level: number): NotPlain {
  const key = String(Object.getOwnPropertySymbols(value)[0])
  return refused(level, `has the key ${key}; plain data has no symbol keys: use a string`)
}

function hiddenKey(value: object, names: readonly string[], level: number): NotPlain {
  const hidden = names.find((name) => !Object.prototype.propertyIsEnumerable.call(value, name))
  return refused(level, `has the hidden member ${String(hidden)}; plain data has only enumerable members`)
}

function badKey(level: number, key: string): NotPlain {
  return key === '__proto__'
    ? refused(level, 'has a member named __proto__, which is not safe to copy: use another name')
    : refused(level, 'has a key with a lone surrogate, which UTF-8 cannot say: use well-formed text')
}

function loneSurrogate(level: number): NotPlain {
  return refused(level, 'is text with a lone surrogate, which UTF-8 cannot say: use well-formed text')
}

function missing(value: readonly unknown[], level: number, index: number): NotPlain {
  return isAccessor(value, index)
    ? accessor(level, index)
    : refused(level + 1, 'is missing; plain data has no undefined items: use null')
}

function tooDeep(level: number): NotPlain {
  return refused(level, `lies deeper than ${MOST_LEVELS} levels; is there a cycle?`)
}

function tooMany(level: number): NotPlain {
  return refused(level, `brings more than 1,000,000 values; write less at a time`)
}

function whyNotPlain(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'is undefined; plain data has no undefined: use null'
    case 'number':
      return `is ${value}; plain data has only finite numbers: use null or a string`
    case 'bigint':
      return 'is a bigint; plain data has no bigint: use a number or a string'
    case 'symbol':
      return 'is a symbol; plain data has no symbol: use a string'
    case 'function':
      return 'is a function; plain data has no functions'
    default:
      return whyNotPlainObject(value as object)
  }
}

function whyNotPlainObject(value: object): string {
  const name = classOf(value)
  const instead: Record<string, string> = {
    Date: 'use a string or a number',
    Map: 'use an object or an array of pairs',
    Set: 'use an array',
    Promise: 'await it first, or let an output start it and an event bring its result',
  }
  return `is a ${name}; plain data has no ${name}: ${Object.hasOwn(instead, name) ? instead[name] : 'use an object of its members'}`
}

function classOf(value: object): string {
  const constructor: unknown = (Object.getPrototypeOf(value) as { constructor?: unknown }).constructor
  const name: unknown = typeof constructor === 'function' ? constructor.name : undefined
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : 'class instance'
}

function pathOf(level: number): string {
  let path = ''
  // A path to something deep is told by its ends.
  for (let above = 0; above < level; above++) {
    const key = trail[above]
    if (key === undefined) continue
    if (level > 24 && above === 12) path += ' … '
    if (level > 24 && above >= 12 && above < level - 4) continue
    if (typeof key === 'number') path += `[${key}]`
    else path += /^[A-Za-z_$][\w$]{0,99}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 100))}]`
  }
  return path
}

function located(problem: unknown, root: string): NotPlain {
  if (problem instanceof NotPlain) return new NotPlain(root + problem.message)
  // A proxy's trap threw, or the stack ran out in it.
  return new NotPlain(`${root} cannot be read: ${describeThrown(problem)}`)
}

/** What a thrown value says, whatever it is. */
export function describeThrown(thrown: unknown): string {
  try {
    return (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).slice(0, 1000)
  } catch {
    return 'something that cannot be shown'
  }
}
