// What changed from one state to the next, as a tree of the parts that changed. Parts that both states share are passed over
// without a look, so a change costs what it touches.

/** A change of a value. */
export type Change =
  | { readonly kind: 'added' | 'removed'; readonly value: unknown }
  | { readonly kind: 'changed'; readonly before: unknown; readonly after: unknown }
  | {
      readonly kind: 'inside'
      readonly members: readonly (readonly [name: string, change: Change])[]
      /** How many members are the same. */
      readonly same: number
      /** How many more members changed than are listed. */
      readonly more: number
    }

/** The most members of one value that are listed. */
const MOST_MEMBERS = 200

type Members = Readonly<Record<string, unknown>>

/** The change from one value to another; undefined if they are equal. */
export function differenceOf(before: unknown, after: unknown): Change | undefined {
  if (before === after) return undefined
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) {
    return { kind: 'changed', before, after }
  }
  return Array.isArray(before)
    ? arrays(before, after as unknown as readonly unknown[])
    : objects(before as Members, after as Members)
}

function objects(before: Members, after: Members): Change | undefined {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return inside(
    names.length,
    names.map((name) => [name, () => member(name, before, after)]),
  )
}

function member(name: string, before: Members, after: Members): Change | undefined {
  if (!Object.hasOwn(after, name)) return { kind: 'removed', value: before[name] }
  if (!Object.hasOwn(before, name)) return { kind: 'added', value: after[name] }
  return differenceOf(before[name], after[name])
}

/** Items at both ends that are equal stay as they are, so one that was inserted does not change all behind it. */
function arrays(before: readonly unknown[], after: readonly unknown[]): Change | undefined {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && isEqual(before[start], after[start])) start++
  let end = 0
  while (end < shorter - start && isEqual(before.at(-1 - end), after.at(-1 - end))) end++
  const both = shorter - start - end
  const changes: [string, () => Change | undefined][] = []
  for (let at = start; at < start + both; at++) {
    changes.push([String(at), () => differenceOf(before[at], after[at])])
  }
  for (let at = start + both; at < before.length - end; at++) {
    changes.push([String(at), () => ({ kind: 'removed', value: before[at] })])
  }
  for (let at = start + both; at < after.length - end; at++) {
    changes.push([String(at), () => ({ kind: 'added', value: after[at] })])
  }
  return inside(start + end + changes.length, changes)
}

function inside(
  count: number,
  changes: readonly (readonly [name: string, change: () => Change | undefined])[],
): Change | undefined {
  const members: [string, Change][] = []
  let changed = 0
  for (const [name, change] of changes) {
    const found = change()
    if (found === undefined) continue
    changed++
    if (members.length < MOST_MEMBERS) members.push([name, found])
  }
  if (changed === 0) return undefined
  return { kind: 'inside', members, same: count - changed, more: changed - members.length }
}

function isEqual(one: unknown, other: unknown): boolean {
  return differenceOf(one, other) === undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
