// Members of globals that are replaced for a short time, and put back. What was found and made for one check is kept for the
// next ones, as long as nobody else replaces the same, as fake timers do.

export type Members = Record<PropertyKey, unknown>
export type Original = (this: unknown, ...given: readonly unknown[]) => unknown
/** Makes what stands in place of a function, of a class, or of a getter. */
export type Make = (original: Original) => unknown

/** How one property is replaced. */
interface Change {
  /** Through which it was found. */
  readonly owner: Members
  /** What has it: the owner, or a prototype of it. */
  readonly holder: Members
  readonly key: string
  readonly before: PropertyDescriptor
  readonly after: PropertyDescriptor
}

/** The changes of the latest check, each at a number of its own. */
const changes: (Change | undefined)[] = []
/** What is replaced at this moment. */
let done: Change[] = []

/** Whether a member of this name was the last to be replaced. */
export function isReplaced(key: string): boolean {
  return done[done.length - 1]?.key === key
}

/**
 * Replaces a member of an object, which it may have from its prototype. What is missing or frozen stays.
 * @param at the number of the member
 * @param ownerOf gets the object
 */
export function replace(at: number, ownerOf: () => unknown, key: string, make: Make): void {
  const owner = readOwner(ownerOf)
  const change = owner === undefined ? undefined : changeOf(at, owner, key, make)
  if (change !== undefined && put(change, change.after)) done.push(change)
}

/** Puts back all that is replaced. */
export function putBack(): void {
  for (let at = done.length - 1; at >= 0; at--) put(done[at] as Change, (done[at] as Change).before)
  done = []
}

/** A platform that lets nobody read it keeps its clock. */
function readOwner(ownerOf: () => unknown): Members | undefined {
  try {
    return (ownerOf() ?? undefined) as Members | undefined
  } catch {
    return undefined
  }
}

/** Sets a property if it can be set: what is frozen stays. An assignment costs a hundredth of a definition. */
function put({ holder, key, before }: Change, descriptor: PropertyDescriptor): boolean {
  if (before.writable !== true) return Reflect.defineProperty(holder, key, descriptor)
  try {
    holder[key] = descriptor.value
    return true
  } catch {
    return false
  }
}

function changeOf(at: number, owner: Members, key: string, make: Make): Change | undefined {
  const latest = changes[at]
  if (latest !== undefined && isAsBefore(latest, owner)) return latest
  return (changes[at] = makeChange(owner, key, make))
}

function isAsBefore({ owner, holder, key, before }: Change, now: Members): boolean {
  if (owner !== now || (holder !== owner && Object.hasOwn(owner, key))) return false
  if (before.get === undefined) return holder[key] === before.value
  return Object.getOwnPropertyDescriptor(holder, key)?.get === before.get
}

function makeChange(owner: Members, key: string, make: Make): Change | undefined {
  let holder: Members | null = owner
  while (holder !== null && !Object.hasOwn(holder, key)) holder = Object.getPrototypeOf(holder) as Members | null
  const before = holder === null ? undefined : Object.getOwnPropertyDescriptor(holder, key)
  if (holder === null || before === undefined) return undefined
  const { value, get } = before as { readonly value?: unknown; readonly get?: Original }
  if (typeof value === 'function') {
    return { owner, holder, key, before, after: { ...before, value: make(value as Original) } }
  }
  return get === undefined
    ? undefined
    : { owner, holder, key, before, after: { ...before, get: make(get) as () => unknown } }
}
