// What development does with plain data beyond production. It looks for accessors, symbol keys and hidden members, and it
// remembers each object that it walked and found good, so that the next event costs what it changes and not what there is.
// Each function that others call begins with a check of the environment, for which bundlers leave out all the rest.

import { MOST_LEVELS, MOST_VALUES, TOO_DEEP, TOO_MANY, VALUE_TEXT } from './not-plain.ts'
import { checkArray, checkKey, checkLeaf, checkObject, countNumber, refused, type Walk } from './walk.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What is known of an object that was walked: it is frozen all the way down, so this stays true. */
interface Known {
  /** How many values it holds, itself included. */
  readonly values: number
  /** How many levels it has, its own included. */
  readonly levels: number
  /** The same value in canonical form: itself, if it is. */
  readonly canonical: object
}

const ACCESSOR = 'is an accessor; plain data has no getters and setters: use its value'
const NOT_AN_ITEM = 'is a member of an array but not an item; use an object'

function symbolKey(symbol: symbol): string {
  return `has the key ${String(symbol)}; plain data has no symbol keys: use a string`
}

function hiddenMember(name: string): string {
  return `has the hidden member ${name}; plain data has only enumerable members`
}

const known = new WeakMap<object, Known>()

/** Longer arrays are not asked for hidden members: the names of all items would have to be made. */
const LONG_ARRAY = 1000

/**
 * Checks a value and freezes it in place, each object before it is read, so that what was checked is what stays.
 * @param base a value from which this one may have been made by small changes: what both share is not walked again
 */
export function freezeAndRemember(value: unknown, walk: Walk, base: unknown): void {
  if (process.env.NODE_ENV === 'production') return
  if (typeof value === 'object' && value !== null) knowAll(value, base, 1, walk)
  else checkLeaf(value, 1, walk)
}

/**
 * The value in canonical form, frozen: the members of all its objects in canonical order, without those that are undefined,
 * and 0 for −0. No answer of a machine may depend on these, because no oid can tell them.
 */
export function inCanonicalOrder(value: unknown): unknown {
  if (process.env.NODE_ENV === 'production') return value
  if (typeof value !== 'object' || value === null) return canonicalLeaf(value)
  const before = known.get(value)
  if (before !== undefined) return before.canonical
  return Array.isArray(value) ? Object.freeze(value.map(inCanonicalOrder)) : sortMembers(value as Members)
}

/** Refuses symbol keys, accessors, hidden members, and members of an array that are not items. */
export function checkKeys(value: object, level: number, walk: Walk): void {
  if (process.env.NODE_ENV === 'production') return
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) throw refused(level, walk, symbolKey(symbol))
  const items = Array.isArray(value) ? value.length : undefined
  const keys = Object.keys(value)
  if (walk.values + keys.length > MOST_VALUES) throw refused(level, walk, TOO_MANY)
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string
    walk.trail[level] = key
    if (hasGetter(value, key)) throw refused(level + 1, walk, ACCESSOR)
    if (items !== undefined && at >= items) throw refused(level + 1, walk, NOT_AN_ITEM)
  }
  if (items === undefined || items <= LONG_ARRAY) checkHidden(value, keys.length, level, walk)
}

type Members = Record<string, unknown>

function knowAll(value: object, base: unknown, level: number, walk: Walk): Known {
  const before = known.get(value)
  if (before !== undefined) return countKnown(before, level, walk)
  const start = walk.values
  const found = Array.isArray(value)
    ? knowArray(value, base, level, walk)
    : knowObject(value as Members, base, level, walk)
  const knowledge: Known = { ...found, values: walk.values - start }
  known.set(value, knowledge)
  if (found.canonical !== value) known.set(found.canonical, knowledge)
  return knowledge
}

function countKnown(before: Known, level: number, walk: Walk): Known {
  walk.values += before.values
  if (walk.values > MOST_VALUES) throw refused(level, walk, TOO_MANY)
  if (level - 1 + before.levels > MOST_LEVELS) throw refused(level, walk, TOO_DEEP)
  return before
}

type Found = Pick<Known, 'levels' | 'canonical'>

function knowObject(value: Members, base: unknown, level: number, walk: Walk): Found {
  checkObject(value, level, walk)
  checkKeys(value, level, walk)
  Object.freeze(value)
  const members = (known.has(base as object) ? base : {}) as Members
  let levels = 1
  let sorted = true
  let previous = ''
  for (const key in value) {
    if (walk.inherited && !Object.hasOwn(value, key)) continue
    sorted &&= previous <= key
    previous = key
    const member = value[key]
    walk.trail[level] = key
    if (member === undefined) {
      checkUndefined(value, key, level, walk)
      sorted = false
      continue
    }
    checkKey(key, level, walk)
    if (typeof member === 'object' && member !== null) {
      const inner = knowAll(member, Object.hasOwn(members, key) ? members[key] : undefined, level + 1, walk)
      levels = Math.max(levels, inner.levels + 1)
      sorted &&= inner.canonical === member
    } else {
      checkLeaf(member, level + 1, walk)
      sorted &&= !Object.is(member, -0)
    }
  }
  return { levels, canonical: sorted ? value : sortMembers(value) }
}

function knowArray(value: readonly unknown[], base: unknown, level: number, walk: Walk): Found {
  checkArray(value, level, walk)
  // The items of a long array are checked one by one.
  const isLong = value.length > LONG_ARRAY
  if (isLong) checkLongArray(value, level, walk)
  else checkKeys(value, level, walk)
  Object.freeze(value)
  const earlier = isLong && Array.isArray(base) && base.length === value.length ? known.get(base) : undefined
  return knowItems(value, earlier === undefined ? undefined : { items: base as unknown[], ...earlier }, level, walk)
}

/** An array of the same length that was walked. */
type Earlier = Known & { readonly items: readonly unknown[] }

function knowItems(value: readonly unknown[], earlier: Earlier | undefined, level: number, walk: Walk): Found {
  /** The items in canonical form, if they are not the items themselves. */
  let ordered = earlier === undefined || earlier.canonical === earlier.items ? undefined : itemsOf(earlier.canonical)
  const changed = earlier === undefined ? undefined : countUnchanged(value, earlier, level, walk)
  let levels = earlier === undefined || changed === undefined ? 1 : levelsLeft(value, earlier, changed)
  const count = changed?.length ?? value.length
  for (let at = 0; at < count; at++) {
    const index = changed === undefined ? at : (changed[at] as number)
    const item: unknown = value[index]
    walk.trail[level] = index
    let canonical = canonicalLeaf(item)
    if (typeof item === 'object' && item !== null) {
      if (!known.has(item)) checkItem(value, index, level, walk)
      const inner = knowAll(item, earlier?.items[index], level + 1, walk)
      if (inner.levels >= levels) levels = inner.levels + 1
      canonical = inner.canonical
    } else {
      checkItem(value, index, level, walk)
      if (!countNumber(item, walk)) checkLeaf(item, level + 1, walk)
    }
    if (ordered === undefined && !Object.is(canonical, item)) ordered = [...value]
    if (ordered !== undefined) ordered[index] = canonical
  }
  if (walk.values > MOST_VALUES) throw refused(level, walk, TOO_MANY)
  return { levels, canonical: ordered === undefined ? value : Object.freeze(ordered) }
}

/** Counts the values of the items that an earlier array has too. Answers the indices of the others. */
function countUnchanged(value: readonly unknown[], { items, values }: Earlier, level: number, walk: Walk): number[] {
  const changed: number[] = []
  walk.values += values - 1
  for (let index = 0; index < value.length; index++) {
    const item = value[index]
    if (!Object.is(item, items[index])) {
      changed.push(index)
      walk.values -= valuesOf(items[index])
    } else if (typeof item !== 'object' || item === null) checkItem(value, index, level, walk)
  }
  return changed
}

/** How many levels an array has, as far as its items were walked: those of the earlier array, unless its deepest item went. */
function levelsLeft(value: readonly unknown[], { items, levels }: Earlier, changed: readonly number[]): number {
  if (!changed.some((index) => levelsOf(items[index]) === levels - 1)) return levels
  return 1 + value.reduce<number>((most, item) => Math.max(most, levelsOf(item)), 0)
}

function levelsOf(item: unknown): number {
  return known.get(item as object)?.levels ?? 0
}

/** How many values an item that was walked counts as. */
function valuesOf(item: unknown): number {
  if (typeof item === 'string') return 1 + Math.round(item.length / VALUE_TEXT)
  return known.get(item as object)?.values ?? 1
}

function itemsOf(array: object): unknown[] {
  return [...(array as readonly unknown[])]
}

/** As `checkKeys`, except for accessors, which `checkItem` looks for. */
function checkLongArray(value: readonly unknown[], level: number, walk: Walk): void {
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) throw refused(level, walk, symbolKey(symbol))
  const keys = Object.keys(value)
  if (keys.length <= value.length) return
  walk.trail[level] = keys[value.length]
  throw refused(level + 1, walk, NOT_AN_ITEM)
}

/** Refuses an item of a long array that is an accessor. Items that are known already are not asked. */
function checkItem(value: readonly unknown[], index: number, level: number, walk: Walk): void {
  if (value.length <= LONG_ARRAY) return
  walk.trail[level] = index
  if (hasGetter(value, index)) throw refused(level + 1, walk, ACCESSOR)
}

function sortMembers(value: Members): object {
  const ordered: Members = {}
  for (const key of Object.keys(value).sort()) {
    if (value[key] !== undefined) ordered[key] = inCanonicalOrder(value[key])
  }
  return Object.freeze(ordered)
}

/** 0 for −0. */
function canonicalLeaf(value: unknown): unknown {
  return value === 0 ? 0 : value
}

function checkHidden(value: object, keys: number, level: number, walk: Walk): void {
  const names = Object.getOwnPropertyNames(value)
  if (names.length === keys + (Array.isArray(value) ? 1 : 0)) return
  const hidden = names.find((name) => name !== 'length' && !Object.prototype.propertyIsEnumerable.call(value, name))
  if (hidden !== undefined) throw refused(level, walk, hiddenMember(hidden))
}

/** Refuses a member that is undefined because it only has a setter. */
export function checkUndefined(value: object, key: string, level: number, walk: Walk): void {
  if (process.env.NODE_ENV === 'production') return
  const descriptor = Object.getOwnPropertyDescriptor(value, key)
  if (descriptor !== undefined && !('value' in descriptor)) throw refused(level + 1, walk, ACCESSOR)
}

// This finds a getter without calling it, at half the price of a property descriptor.
const lookupGetter = (Object.prototype as unknown as { __lookupGetter__(key: PropertyKey): unknown }).__lookupGetter__

function hasGetter(value: object, key: string | number): boolean {
  return lookupGetter.call(value, key) !== undefined
}
