// The checks of every walk over a value: leaves, keys, objects and arrays, with the limits of depth and number.

import { isWellFormed } from './built-ins.ts'
import {
  badKey,
  MOST_LEVELS,
  MOST_VALUES,
  NotPlain,
  notALeaf,
  notAnObject,
  pathTo,
  SHORT_KEY,
  TOO_DEEP,
  TOO_MANY,
  type Trail,
  VALUE_TEXT,
} from './not-plain.ts'

/** A walk over one value. */
export interface Walk {
  /** How many values it has met. */
  values: number
  readonly trail: Trail
  /** Whether `for in` finds members that objects inherit, so that each must be asked for. */
  readonly inherited: boolean
  /** In production: what is to be frozen when all is walked, each before what it holds. */
  readonly unfrozen: object[]
}

/** Keys that were found good. Events and states use few, and this costs half of checking them. */
const goodKeys = new Set<string>()

/** Whether a key was checked before. */
export function isGoodKey(key: string): boolean {
  return goodKeys.has(key)
}

/** Refuses a key that is not safe or not well-formed. */
export function checkKey(key: string, level: number, walk: Walk): void {
  if (goodKeys.has(key)) return
  if (key === '__proto__' || !isText(key, walk)) throw refused(level, walk, badKey(key))
  if (goodKeys.size < 1000 && key.length < SHORT_KEY) goodKeys.add(key)
}

/** Refuses what is neither text, nor a finite number, nor a boolean, nor null. */
export function checkLeaf(value: unknown, level: number, walk: Walk): void {
  const type = typeof value
  const isGood =
    type === 'string'
      ? isText(value as string, walk)
      : type === 'number'
        ? Number.isFinite(value)
        : type === 'boolean' || value === null
  if (++walk.values > MOST_VALUES) throw refused(level, walk, TOO_MANY)
  if (!isGood) throw refused(level, walk, notALeaf(value))
}

/** Counts a finite number. `checkLeaf` handles everything else, and one number too many. */
export function countNumber(value: unknown, walk: Walk): boolean {
  if (typeof value !== 'number' || value - value !== 0 || walk.values >= MOST_VALUES) return false
  walk.values++
  return true
}

/** Refuses the instance of a class, and what lies too deep. */
export function checkObject(value: object, level: number, walk: Walk): void {
  if (++walk.values > MOST_VALUES) throw refused(level, walk, TOO_MANY)
  if (level > MOST_LEVELS) throw refused(level, walk, TOO_DEEP)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && !isObjectPrototype(prototype)) {
    throw refused(level, walk, notAnObject(value))
  }
}

/** Refuses the array of a subclass, and what lies too deep or is too long. */
export function checkArray(value: readonly unknown[], level: number, walk: Walk): void {
  walk.values++
  if (walk.values + value.length > MOST_VALUES) throw refused(level, walk, TOO_MANY)
  if (level > MOST_LEVELS) throw refused(level, walk, TOO_DEEP)
  // In every realm Array.prototype is itself an array. The prototype of a subclass is not.
  if (!Array.isArray(Object.getPrototypeOf(value))) throw refused(level, walk, notAnObject(value))
}

/** The refusal of what is at a level of a walk: why, and what to do. */
export function refused(level: number, { trail }: Walk, why: string): NotPlain {
  return new NotPlain(`${pathTo(trail, level)} ${why}`)
}

/** Whether text is well-formed. Long text counts as several values, before the one that it is. */
function isText(text: string, walk: Walk): boolean {
  walk.values += Math.round(text.length / VALUE_TEXT)
  return isWellFormed(text)
}

/** Whether a prototype is null, or the `Object.prototype` of another realm: a root with what only that has. */
function isObjectPrototype(prototype: unknown): boolean {
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf'))
  )
}
