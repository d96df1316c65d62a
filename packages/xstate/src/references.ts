// Actors in plain data: an actor that a context, an event or an input refers to is written as a marker with its id and number.

import type { AnyActorRef } from 'xstate'
import { isActor, numberOf } from './xstate-internals.ts'

/** An actor in plain data, as XState writes one; and the number of the child. */
interface ActorMarker {
  readonly xstate$$type: 1
  readonly id: string
  readonly number?: number
}

/** Frozen objects in which there is neither an actor nor a marker, so that what did not change is not walked again. */
const plain = new WeakSet<object>()

/** The same value, with a marker for each actor in it. */
export function toMarkers<Value>(value: Value): Value {
  return replaced(value, (part) => (isActor(part) ? markerOf(part) : undefined)) as Value
}

/** The same value, with an actor for each marker in it. */
export function fromMarkers<Value>(value: Value, find: (marker: ActorMarker) => AnyActorRef): Value {
  return replaced(value, (part) => (isMarker(part) ? find(part) : undefined)) as Value
}

function markerOf(actor: AnyActorRef): ActorMarker {
  const number = numberOf(actor)
  return { xstate$$type: 1, id: actor.id, ...(number !== undefined && { number }) }
}

function isMarker(part: object): part is ActorMarker {
  return (part as Partial<ActorMarker>).xstate$$type === 1
}

function replaced(value: unknown, replacement: (part: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null || plain.has(value)) return value
  const other = replacement(value)
  if (other !== undefined) return other
  let copy: Record<string, unknown> | undefined
  for (const [key, part] of Object.entries(value)) {
    const next = replaced(part, replacement)
    if (next === part) continue
    // A copied array takes the same keys.
    copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>
    copy[key] = next
  }
  if (copy === undefined && Object.isFrozen(value)) plain.add(value)
  return copy ?? value
}
