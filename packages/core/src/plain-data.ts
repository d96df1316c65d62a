// Plain data: what JSON can say. Checks, copies and freezes in one pass, because every event and every state goes
// through here. Knows nothing of machines and runs.
//
// Outside production more is looked at. An accessor, a symbol key or a hidden member can only be found by asking for
// it, which costs as much as all the rest together; in production a copy takes an accessor's value and leaves out
// symbol keys and hidden members, and what a machine made is not asked for them. Bundlers leave those checks out.

import {
  accessor,
  badKey,
  describeThrown,
  hiddenMember,
  isA,
  isAccessor,
  MOST_LEVELS,
  MOST_NODES,
  NotPlain,
  notALeaf,
  notAnItem,
  notAnObject,
  SHORT_KEY,
  symbolKey,
  tooDeep,
  tooMany,
  trail,
  VALUE_TEXT,
} from './not-plain.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }
// Read once, because Node's `process.env` is slow.
const development = process.env.NODE_ENV !== 'production'

/** The values that the walk under way has met; put back where one walk interrupts another (a proxy's trap that writes). */
let nodes = 0
/** In production, what was walked in place below the root and is not yet frozen. */
const walkedThrough: object[] = []
/** Keys that were found good: events and states use few, and asking this is half the price of asking them. */
const goodKeys = new Set<string>()
/** Whether somebody gave `Object.prototype` enumerable members, which `for in` then finds in every object. */
let inherited = false

/**
 * Copies a value that somebody else holds into frozen plain data.
 * @param value anything
 * @param root what the value is called in a message, such as `input`
 * @returns the copy: `undefined` members left out, −0 as 0
 * @throws {NotPlain} with the path to what plain data cannot say
 */
export function copyPlain(value: unknown, root: string): unknown {
  const outer = enterWalk()
  try {
    return copy(value, 1)
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
  const outer = enterWalk()
  const from = walkedThrough.length
  try {
    freeze(value, 1)
    if (!development) {
      while (walkedThrough.length > from) Object.freeze(walkedThrough.pop())
      Object.freeze(value)
    }
  } catch (problem) {
    walkedThrough.length = from
    throw located(problem, root)
  } finally {
    nodes = outer
  }
}

/**
 * Checks a state that a handler returned and freezes it in place.
 * @param state anything
 * @throws {NotPlain} as `freezePlain`
 */
export function freezeState(state: unknown): void {
  if (state === undefined) {
    throw new NotPlain('state is missing; return the next state, or the one that the handler was given')
  }
  freezePlain(state, 'state')
}

/**
 * Copies a batch, which is one event or an array of them, with one budget of nodes for all of them.
 * @param value what was written
 * @returns the frozen event, or the frozen array of none or several
 * @throws {NotPlain} as `copyPlain`
 */
export function copyBatch(value: unknown): unknown {
  const outer = enterWalk()
  try {
    return copyEvents(value)
  } catch (problem) {
    throw located(problem, 'event')
  } finally {
    nodes = outer
  }
}

/** One event alone is the same batch as an array of it; freezing an array costs more than the event. */
function copyEvents(value: unknown): unknown {
  if (!Array.isArray(value)) return copy(value, 1)
  if (value.length !== 1 || Array.isArray(value[0])) return copyArray(value, 0)
  checkArray(value, 0)
  trail[0] = 0
  return copy(value[0], 1)
}

/** Begins to count and to keep the trail anew; answers the count of the walk that this one interrupts. */
function enterWalk(): number {
  const outer = nodes
  nodes = 0
  trail[0] = undefined
  inherited = false
  for (const _ in Object.prototype) inherited = true
  return outer
}

function located(problem: unknown, root: string): NotPlain {
  // What is not a refusal was thrown by a proxy's trap or an accessor, or the stack ran out in one.
  const path = isA(problem, NotPlain) ? problem.message : ` cannot be read: ${describeThrown(problem)}`
  return new NotPlain((trail[0] === undefined ? root : 'batch') + path)
}

type Members = Record<string, unknown>

// Copying and freezing are walks of their own, though they are alike: one function for both, which every shape of event
// and of state goes through, is slower by a tenth of a `send`.

function copy(value: unknown, level: number): unknown {
  if (typeof value !== 'object' || value === null) {
    checkLeaf(value, level)
    // −0 is 0.
    return value === 0 ? 0 : value
  }
  return Array.isArray(value) ? copyArray(value, level) : copyObject(value as Members, level)
}

function copyObject(value: Members, level: number): unknown {
  checkObject(value, level)
  const made: Members = {}
  for (const key in value) {
    if (inherited && !Object.hasOwn(value, key)) continue
    const member = value[key]
    if (member === undefined) continue
    trail[level] = key
    if (!goodKeys.has(key)) checkKey(key, level)
    made[key] = copy(member, level + 1)
  }
  return Object.freeze(made)
}

function copyArray(value: readonly unknown[], level: number): readonly unknown[] {
  checkArray(value, level)
  const { length } = value
  const made: unknown[] = []
  for (let index = 0; index < length; index++) {
    trail[level] = index
    made.push(copy(value[index], level + 1))
  }
  return Object.freeze(made)
}

// In place, development freezes a value before it is read, so that what was checked is what stays, in a proxy too.
// Production freezes when all is walked: what this very walk had frozen would be taken for frozen already, and a cycle,
// or a graph of shared references that unfolds to billions, would pass.

function freeze(value: unknown, level: number): void {
  if (typeof value !== 'object' || value === null) checkLeaf(value, level)
  // A root is not asked: as a rule it is new.
  else if (development || level === 1 || !Object.isFrozen(value)) {
    if (Array.isArray(value)) freezeArray(value, level)
    else freezeObject(value as Members, level)
  }
}

function freezeObject(value: Members, level: number): void {
  checkObject(value, level)
  if (development) Object.freeze(value)
  else if (level > 1) walkedThrough.push(value)
  for (const key in value) {
    if (inherited && !Object.hasOwn(value, key)) continue
    const member = value[key]
    if (member === undefined) continue
    trail[level] = key
    if (!goodKeys.has(key)) checkKey(key, level)
    freeze(member, level + 1)
  }
  if (development) checkHidden(value, level)
}

function freezeArray(value: readonly unknown[], level: number): void {
  checkArray(value, level)
  if (development) Object.freeze(value)
  else if (level > 1) walkedThrough.push(value)
  const { length } = value
  for (let index = 0; index < length; index++) {
    const item = value[index]
    // Most long arrays are of numbers: twice as fast with them passed over here.
    if (countNumber(item)) continue
    trail[level] = index
    freeze(item, level + 1)
  }
}

function checkKey(key: string, level: number): void {
  if (key === '__proto__' || !isText(key)) throw badKey(level, key)
  if (goodKeys.size < 1000 && key.length < SHORT_KEY) goodKeys.add(key)
}

/** Counts a number; what is no number, or one too many, is for `checkLeaf`. */
function countNumber(value: unknown): boolean {
  if (typeof value !== 'number' || value - value !== 0 || nodes >= MOST_NODES) return false
  nodes++
  return true
}

/** Whether text is well-formed; counts what is long as several values, before that which it is. */
function isText(text: string): boolean {
  nodes += Math.round(text.length / VALUE_TEXT)
  return text.isWellFormed()
}

function checkLeaf(value: unknown, level: number): void {
  const type = typeof value
  const isGood =
    type === 'string'
      ? isText(value as string)
      : type === 'number'
        ? Number.isFinite(value)
        : type === 'boolean' || value === null
  if (++nodes > MOST_NODES) throw tooMany(level)
  if (!isGood) throw notALeaf(value, level)
}

function checkObject(value: object, level: number): void {
  if (++nodes > MOST_NODES) throw tooMany(level)
  if (level > MOST_LEVELS) throw tooDeep(level)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && !isObjectPrototype(prototype)) throw notAnObject(value, level)
  if (development) checkKeys(value, level)
}

// In every realm Array.prototype is itself an array; the prototype of a subclass is not.
function checkArray(value: readonly unknown[], level: number): void {
  nodes++
  if (nodes + value.length > MOST_NODES) throw tooMany(level)
  if (level > MOST_LEVELS) throw tooDeep(level)
  if (!Array.isArray(Object.getPrototypeOf(value))) throw notAnObject(value, level)
  if (development) checkKeys(value, level)
}

/** Whether it is none, or an `Object.prototype` of another realm: a root that carries what only such a one carries. */
function isObjectPrototype(prototype: unknown): boolean {
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf'))
  )
}

/** Refuses accessors, symbol keys and, of an array, members that are not items. */
function checkKeys(value: object, level: number): void {
  // Said here, though nobody calls it then: so bundlers leave it out.
  if (process.env.NODE_ENV === 'production') return
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) throw symbolKey(symbol, level)
  const items = Array.isArray(value) ? value.length : undefined
  const keys = Object.keys(value)
  if (nodes + keys.length > MOST_NODES) throw tooMany(level)
  let members = 0
  for (const key of keys) {
    trail[level] = key
    if (isAccessor(value, key)) throw accessor(level)
    if (items !== undefined && ++members > items) throw notAnItem(level)
  }
}

function checkHidden(value: object, level: number): void {
  if (process.env.NODE_ENV === 'production') return
  const names = Object.getOwnPropertyNames(value)
  const hidden = names.find((name) => !Object.prototype.propertyIsEnumerable.call(value, name))
  if (hidden !== undefined) throw hiddenMember(hidden, level)
}
