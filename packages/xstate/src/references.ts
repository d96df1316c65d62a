// Actors in plain data: an actor that a context, an event or an input refers to is written as a marker with its id and number.

import type { AnyActorRef } from 'xstate'
import { isActor, numberOf } from './xstate-internals.ts'

/** An actor in plain data, as XState writes one; and the number of the child. */
export interface ActorMarker {
  readonly xstate$$type: 1
  readonly id: string
  readonly number?: number
}

/** Frozen objects in which there is neither an actor nor a marker, so that what did not change is not walked again. */
const plain = new WeakSet<object>()

/**
 * The same value, with a marker for each actor in it.
 * @param numberFor the number of an actor; undefined for the chart itself and its parent
 */
export function toMarkers<Value>(
  value: Value,
  numberFor: (actor: AnyActorRef) => number | undefined = numberOf,
): Value {
  return replaced(value, (part) => {
    if (!isActor(part)) return undefined
    const number = numberFor(part)
    return { xstate$$type: 1, id: part.id, ...(number !== undefined && { number }) } satisfies ActorMarker
  }) as Value
}

/** The same value, with an actor for each marker in it. */
export function fromMarkers<Value>(value: Value, find: (marker: ActorMarker) => AnyActorRef): Value {
  return replaced(value, (part) => {
    const marker = part as ActorMarker
    return marker.xstate$$type === 1 ? find(marker) : undefined
  }) as Value
}

function replaced(value: unknown, replacement: (part: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null || plain.has(value)) return value
  const other = replacement(value)
  if (other !== undefined) return other
  let copy: Record<string, unknown> | undefined
  // Every changed context comes through here, so nothing is made of its members.
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key]
    if (typeof part !== 'object' || part === null) continue
    const next = replaced(part, replacement)
    if (next === part) continue
    // A copied array takes the same keys.
    copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>
    copy[key] = next
  }
  if (copy === undefined && Object.isFrozen(value)) plain.add(value)
  return copy ?? value
}
