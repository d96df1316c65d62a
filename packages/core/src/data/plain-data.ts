// Plain data: what JSON can say. Every event and every state is checked and frozen here. Knows nothing of machines.
//
// Development looks for more. An accessor, a symbol key or a hidden member is only found by asking for it, which costs as
// much as all the rest together. In production a copy takes the value of an accessor and leaves out symbol keys and hidden
// members, and nobody asks a machine's own values for them. Bundlers leave those checks out.

import { describeThrown, isA } from './describe-value.ts'
import { checkKeys, checkUndefined, freezeAndRemember } from './development.ts'
import { copyFlat, freezeFlat, inheritsMembers } from './flat.ts'
import { development } from './mode.ts'
import { MOST_LEVELS, NotPlain } from './not-plain.ts'
import { checkArray, checkKey, checkLeaf, checkObject, countNumber, type Walk } from './walk.ts'

/**
 * Copies a value that somebody else holds into frozen plain data.
 * @param value anything
 * @param root the name of the value in a message, such as `input`
 * @returns the copy: without `undefined` members, with −0 as 0
 * @throws {NotPlain} with the path to what is not plain data
 */
export function copyPlain(value: unknown, root: string): unknown {
  const walk = startWalk()
  try {
    return copy(value, 1, walk)
  } catch (problem) {
    throw located(problem, root, walk)
  }
}

/**
 * Copies a batch: one event, or an array of them. All events of a batch share one limit of values.
 * @param value what was written
 * @returns the frozen event, or the frozen array if there is not exactly one
 * @throws {NotPlain} as `copyPlain`
 */
export function copyBatch(value: unknown): unknown {
  let walk: Walk | undefined
  try {
    const flat = development ? undefined : copyFlat(value)
    return flat ?? copyEvents(value, (walk = startWalk()))
  } catch (problem) {
    throw located(problem, 'event', walk)
  }
}

/**
 * Copies an argument, as `copyPlain` does.
 * @throws {TypeError} with the path to what is not plain data
 */
export function copyArgument(value: unknown, name: string): unknown {
  try {
    return copyPlain(value, name)
  } catch (problem) {
    throw new TypeError((problem as NotPlain).message)
  }
}

/** A copy of plain data that its holder may change. */
export function thaw(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

/**
 * Checks a value that a machine made and freezes it in place. Production trusts what is frozen already. Development
 * remembers what it walked, so that it does not walk it again.
 * @param value anything
 * @param root the name of the value in a message, such as `state`
 * @param base a value from which this one may have been made by small changes, so that development walks only these
 * @throws {NotPlain} with the path to what is not plain data
 */
export function freezePlain(value: unknown, root: string, base?: unknown): void {
  let walk: Walk | undefined
  try {
    if (!development && freezeFlat(value)) return
    walk = startWalk()
    if (development) freezeAndRemember(value, walk, base)
    else freezeAll(value, walk)
  } catch (problem) {
    throw located(problem, root, walk)
  }
}

/**
 * Checks a state that a handler returned and freezes it in place.
 * @param state anything
 * @param before the state that the handler was given
 * @throws {NotPlain} as `freezePlain`
 */
export function freezeState(state: unknown, before?: unknown): void {
  if (state === undefined) {
    throw new NotPlain('state is missing; return the next state, or the state that the handler was given')
  }
  freezePlain(state, 'state', before)
}

function startWalk(): Walk {
  return { values: 0, trail: [undefined], inherited: inheritsMembers(), unfrozen: [] }
}

function located(problem: unknown, root: string, walk?: Walk): NotPlain {
  // Anything but a NotPlain was thrown by a proxy's trap or an accessor, or the stack ran out in one of them.
  const path = isA(problem, NotPlain) ? problem.message : ` cannot be read: ${describeThrown(problem)}`
  return new NotPlain((walk?.trail[0] === undefined ? root : 'batch') + path)
}

// Copying and freezing are two walks, though they are alike: one function for both, through which every shape of event and
// of state goes, makes a `send` slower by a tenth.

/** One event alone is the same batch as an array of it. Freezing an array costs more than the event. */
function copyEvents(value: unknown, walk: Walk): unknown {
  if (!Array.isArray(value)) return copy(value, 1, walk)
  if (value.length !== 1 || Array.isArray(value[0])) return copyArray(value, 0, walk)
  checkArray(value, 0, walk)
  if (development) checkKeys(value, 0, walk)
  // The array is no value of the batch, or a history would not take back what `write` took.
  walk.values = 0
  walk.trail[0] = 0
  const event: unknown = value[0]
  return (development ? undefined : copyFlat(event, walk)) ?? copy(event, 1, walk)
}

function copy(value: unknown, level: number, walk: Walk): unknown {
  if (typeof value !== 'object' || value === null) {
    checkLeaf(value, level, walk)
    // −0 is 0.
    return value === 0 ? 0 : value
  }
  return Array.isArray(value) ? copyArray(value, level, walk) : copyObject(value as Members, level, walk)
}

type Members = Record<string, unknown>

function copyObject(value: Members, level: number, walk: Walk): unknown {
  checkObject(value, level, walk)
  if (development) checkKeys(value, level, walk)
  const made: Members = {}
  for (const key in value) {
    if (walk.inherited && !Object.hasOwn(value, key)) continue
    const member = value[key]
    walk.trail[level] = key
    if (member === undefined) {
      if (development) checkUndefined(value, key, level, walk)
      continue
    }
    checkKey(key, level, walk)
    made[key] = copy(member, level + 1, walk)
  }
  return Object.freeze(made)
}

function copyArray(value: readonly unknown[], level: number, walk: Walk): readonly unknown[] {
  checkArray(value, level, walk)
  if (development) checkKeys(value, level, walk)
  const { length } = value
  const made: unknown[] = []
  // An array that grows is copied again and again. A longer one that is made at once is slow in every access.
  if (length <= 10_000) made.length = length
  for (let index = 0; index < length; index++) {
    walk.trail[level] = index
    const item = value[index]
    const flat = development || level >= MOST_LEVELS ? undefined : copyFlat(item, walk)
    made[index] = flat ?? copy(item, level + 1, walk)
  }
  return Object.freeze(made)
}

// Production freezes when all is walked. If it froze on the way, it would take what this very walk had frozen for frozen
// before, and a cycle, or a graph of shared references that unfolds to billions of values, would pass.

function freezeAll(value: unknown, walk: Walk): void {
  if (typeof value !== 'object' || value === null) {
    checkLeaf(value, 1, walk)
    return
  }
  walkMembers(value, 1, walk)
  for (let at = walk.unfrozen.length - 1; at >= 0; at--) Object.freeze(walk.unfrozen[at])
}

function walkMembers(value: object, level: number, walk: Walk): void {
  walk.unfrozen.push(value)
  if (Array.isArray(value)) {
    checkArray(value, level, walk)
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index]
      // Most long arrays hold numbers. They are walked twice as fast if numbers are handled here.
      if (!countNumber(item, walk)) walkMember(item, index, level, walk)
    }
    return
  }
  checkObject(value, level, walk)
  for (const key in value) {
    if (walk.inherited && !Object.hasOwn(value, key)) continue
    const member = (value as Members)[key]
    if (member === undefined) continue
    walk.trail[level] = key
    checkKey(key, level, walk)
    walkMember(member, key, level, walk)
  }
}

function walkMember(member: unknown, key: string | number, level: number, walk: Walk): void {
  if (typeof member === 'object' && member !== null) {
    if (Object.isFrozen(member)) return
    walk.trail[level] = key
    walkMembers(member, level + 1, walk)
  } else {
    walk.trail[level] = key
    checkLeaf(member, level + 1, walk)
  }
}
