// The fast path of production builds, for events and states with a few short members and no nesting, which most are. It
// keeps no trail and no count: whatever it does not know it leaves to the walk, which decides. Callers keep it inside
// their `try`, because an accessor or a proxy may throw here too.

import { isWellFormed } from './built-ins.ts'
import { MOST_VALUES, SHORT_KEY } from './not-plain.ts'
import { isGoodKey, type Walk } from './walk.ts'

/** How many members a flat value has at most. */
const MOST_FLAT = 16

/** Whether somebody gave `Object.prototype` enumerable members, which `for in` then finds in every object. */
export function inheritsMembers(): boolean {
  for (const _ in Object.prototype) return true
  return false
}

/** The type that was checked last: many events have the type of the event before. */
let goodType = ''

function isGoodType(type: unknown): boolean {
  if (type === goodType) return true
  if (typeof type !== 'string' || !isShortLeaf(type)) return false
  goodType = type
  return true
}

/** A frozen copy of a flat object, or undefined. If it is met in a walk, its values count there. */
export function copyFlat(value: unknown, walk?: Walk): unknown {
  if (!isObject(value) || (walk === undefined ? inheritsMembers() : walk.inherited)) return undefined
  let made: Record<string, unknown> | undefined
  let count = 0
  for (const key in value) {
    const member = value[key]
    count++
    // The type comes first as a rule, and an object that is made with it takes half of the memory of an empty one that grows.
    if (count === 1 && key === 'type' && isGoodType(member)) {
      made = { type: member }
      continue
    }
    if (count > MOST_FLAT || (key !== 'type' && !isGoodKey(key)) || !isShortLeaf(member))
      return undefined
      // −0 is 0.
    ;(made ??= {})[key] = member === 0 ? 0 : member
  }
  if (walk !== undefined) {
    if (walk.values + count >= MOST_VALUES) return undefined
    walk.values += count + 1
  }
  return Object.freeze(made ?? {})
}

/** Freezes a flat object in place, whose members may be frozen objects. Answers whether it was one. */
export function freezeFlat(value: unknown): boolean {
  if (!isObject(value)) return isShortLeaf(value)
  if (inheritsMembers()) return false
  let count = 0
  for (const key in value) {
    if (++count > MOST_FLAT || !isGoodKey(key)) return false
    const member = value[key]
    if (!isShortLeaf(member) && !(typeof member === 'object' && Object.isFrozen(member))) return false
  }
  Object.freeze(value)
  return true
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function isShortLeaf(value: unknown): boolean {
  const type = typeof value
  if (type === 'number') return (value as number) - (value as number) === 0
  if (type === 'string') return (value as string).length < SHORT_KEY && isWellFormed(value as string)
  return type === 'boolean' || value === null
}
