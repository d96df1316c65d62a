// What a child answers, as plain data: an event of a run can hold nothing else.

import type { AnyActorRef, AnyMachineSnapshot } from 'xstate'
import { plainError } from '../plain-error.ts'
import { toMarkers } from '../references.ts'

/**
 * An event of a child, copied; actors in it are markers. What is no plain data is named in an error.
 * @param numberFor the number that the chart knows an actor by
 */
export function plainAnswer(
  child: string,
  event: { readonly type: string },
  numberFor: (actor: AnyActorRef) => number | undefined,
): { readonly type: string } {
  const { type } = event
  if (type.startsWith('xstate.error.')) {
    return { ...event, error: plainError((event as { readonly error?: unknown }).error) } as { readonly type: string }
  }
  try {
    const { snapshot } = event as { readonly snapshot?: AnyMachineSnapshot }
    const shown = snapshot && type.startsWith('xstate.snapshot.') ? { ...event, snapshot: partsOf(snapshot) } : event
    return copied(toMarkers(shown, numberFor), 'event') as { readonly type: string }
  } catch (thrown) {
    return failureOf(child, `the child "${child}" answered with what is no plain data: ${(thrown as Error).message}`)
  }
}

/** The event by which a child fails that has no error of its own. */
export function failureOf(child: string, message: string): { readonly type: string } {
  return { type: `xstate.error.actor.${child}`, error: { name: 'TypeError', message }, actorId: child } as {
    readonly type: string
  }
}

/** A snapshot without its methods and actors. */
function partsOf(snapshot: AnyMachineSnapshot): object {
  const { status, output, error, context, value, tags } = snapshot
  return { status, output, error: plainError(error), context, value, tags: tags && [...tags] }
}

function copied(value: unknown, path: string): unknown {
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) return value.map((item, at) => copied(item, `${path}[${at}]`))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && !Object.hasOwn(prototype as object, 'isPrototypeOf')) {
      throw new TypeError(`${path} is an instance of ${value.constructor.name}`)
    }
    const members = Object.entries(value).filter(([, part]) => part !== undefined)
    return Object.fromEntries(members.map(([key, part]) => [key, copied(part, `${path}.${key}`)]))
  }
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    throw new TypeError(`${path} is a ${typeof value}`)
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${path} is ${value}`)
  return value
}
