// What development does with plain data beyond production. It looks for accessors, symbol keys and hidden members, and it
// remembers each object that it walked and found good, so that the next event costs what it changes and not what there is.
// Bundlers leave this file out of production builds.

import { MOST_LEVELS, MOST_VALUES, reasons } from './not-plain.ts'
import { checkArray, checkKey, checkLeaf, checkObject, countNumber, refused, type Walk } from './walk.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What is known of an object that was walked: it is frozen all the way down, so this stays true. */
interface Known {
  /** How many values it holds, itself included. */
  readonly values: number
  /** How many levels it has, its own included. */
  readonly levels: number
  /** The same value with the members of all objects in canonical order: itself, if they are. */
  readonly canonical: object
}

const known = new WeakMap<object, Known>()

/** Longer arrays are not asked for hidden members: the names of all items would have to be made. */
const LONG_ARRAY = 1000

/** Checks a value and freezes it in place, each object before it is read, so that what was checked is what stays. */
export function freezeAndRemember(value: unknown, level: number, walk: Walk): void {
  if (typeof value === 'object' && value !== null) knowAll(value, level, walk)
  else checkLeaf(value, level, walk)
}

/** The form in canonical order of an object that was walked, or undefined. */
export function knownOrder(value: unknown): unknown {
  return known.get(value as object)?.canonical
}

/**
 * The value with the members of all its objects in canonical order, frozen. No answer of a machine may depend on their
 * order, because no oid can tell it.
 */
export function inCanonicalOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const ordered = knownOrder(value)
  if (ordered !== undefined) return ordered
  return Array.isArray(value) ? Object.freeze(value.map(inCanonicalOrder)) : sortMembers(value as Members)
}

/** Refuses symbol keys, accessors, and members of an array that are not items. */
export function checkKeys(value: object, level: number, walk: Walk): void {
  // This is said here although nobody calls it then: so bundlers leave the rest out.
  if (process.env.NODE_ENV === 'production') return
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) throw refused(level, walk, reasons.symbolKey(symbol))
  const items = Array.isArray(value) ? value.length : undefined
  const keys = Object.keys(value)
  if (walk.values + keys.length > MOST_VALUES) throw refused(level, walk, reasons.tooMany)
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string
    walk.trail[level] = key
    if (isAccessor(value, key)) throw refused(level + 1, walk, reasons.accessor)
    if (items !== undefined && at >= items) throw refused(level + 1, walk, reasons.notAnItem)
  }
}

type Members = Record<string, unknown>

function knowAll(value: object, level: number, walk: Walk): Known {
  const before = known.get(value)
  if (before !== undefined) return countKnown(before, level, walk)
  const start = walk.values
  const found = Array.isArray(value) ? knowArray(value, level, walk) : knowObject(value as Members, level, walk)
  const values = walk.values - start
  const knowledge: Known = { ...found, values }
  known.set(value, knowledge)
  if (found.canonical !== value) known.set(found.canonical, knowledge)
  return knowledge
}

function countKnown(before: Known, level: number, walk: Walk): Known {
  walk.values += before.values
  if (walk.values > MOST_VALUES) throw refused(level, walk, reasons.tooMany)
  if (level - 1 + before.levels > MOST_LEVELS) throw refused(level, walk, reasons.tooDeep)
  return before
}

type Found = Pick<Known, 'levels' | 'canonical'>

function knowObject(value: Members, level: number, walk: Walk): Found {
  checkObject(value, level, walk)
  checkKeys(value, level, walk)
  Object.freeze(value)
  let levels = 1
  let sorted = true
  let previous = ''
  for (const key in value) {
    if (walk.inherited && !Object.hasOwn(value, key)) continue
    sorted &&= previous <= key
    previous = key
    const member = value[key]
    if (member === undefined) continue
    walk.trail[level] = key
    checkKey(key, level, walk)
    if (typeof member === 'object' && member !== null) {
      const inner = knowAll(member, level + 1, walk)
      levels = Math.max(levels, inner.levels + 1)
      sorted &&= inner.canonical === member
    } else checkLeaf(member, level + 1, walk)
  }
  checkHidden(value, level, walk)
  return { levels, canonical: sorted ? value : sortMembers(value) }
}

function knowArray(value: readonly unknown[], level: number, walk: Walk): Found {
  checkArray(value, level, walk)
  checkItems(value, level, walk)
  Object.freeze(value)
  let levels = 1
  let sorted = true
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index]
    if (countNumber(item, walk)) continue
    walk.trail[level] = index
    if (typeof item === 'object' && item !== null) {
      const inner = knowAll(item, level + 1, walk)
      levels = Math.max(levels, inner.levels + 1)
      sorted &&= inner.canonical === item
    } else checkLeaf(item, level + 1, walk)
  }
  if (value.length <= LONG_ARRAY) checkHidden(value, level, walk)
  return { levels, canonical: sorted ? value : Object.freeze(value.map(inCanonicalOrder)) }
}

/** As `checkKeys`, but an item that is known already is not asked whether it is an accessor: long arrays are mostly such. */
function checkItems(value: readonly unknown[], level: number, walk: Walk): void {
  if (value.length <= LONG_ARRAY) {
    checkKeys(value, level, walk)
    return
  }
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) throw refused(level, walk, reasons.symbolKey(symbol))
  const keys = Object.keys(value)
  if (keys.length > value.length) {
    walk.trail[level] = keys[value.length]
    throw refused(level + 1, walk, reasons.notAnItem)
  }
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index]
    if (typeof item === 'object' && item !== null && known.has(item)) continue
    walk.trail[level] = index
    if (isAccessor(value, index)) throw refused(level + 1, walk, reasons.accessor)
  }
}

function sortMembers(value: Members): object {
  const ordered: Members = {}
  for (const key of Object.keys(value).sort()) ordered[key] = inCanonicalOrder(value[key])
  return Object.freeze(ordered)
}

function checkHidden(value: object, level: number, walk: Walk): void {
  const names = Object.getOwnPropertyNames(value)
  const shown = Object.keys(value).length + (Array.isArray(value) ? 1 : 0)
  if (names.length === shown) return
  const hidden = names.find((name) => name !== 'length' && !Object.prototype.propertyIsEnumerable.call(value, name))
  if (hidden !== undefined) throw refused(level, walk, reasons.hiddenMember(hidden))
}

// This finds an accessor without calling it, at half the price of a property descriptor.
const lookupGetter = (Object.prototype as unknown as { __lookupGetter__(key: PropertyKey): unknown }).__lookupGetter__

function isAccessor(value: object, key: string | number): boolean {
  if (lookupGetter.call(value, key) !== undefined) return true
  const descriptor =
    (value as Record<string | number, unknown>)[key] === undefined && Object.getOwnPropertyDescriptor(value, key)
  return descriptor !== false && descriptor !== undefined && !('value' in descriptor)
}
