// What a form needs to send an event: the types that a machine takes, and the members of each, from its schema or from events
// that were sent before.

import type { RunEvent } from '@xmachines/core'
import type { ObservedRun } from './observed-run.ts'

/** A member of an event. */
export interface EventField {
  readonly name: string
  /** How it is entered: `json` for anything that is not text, a number or yes and no. */
  readonly kind: 'text' | 'number' | 'boolean' | 'json'
  /** What to begin with. */
  readonly value: unknown
}

/** A type of event that a machine takes. */
export interface EventChoice {
  readonly type: string
  /** Whether the machine handles it in the state that it is in, as far as its definition says. */
  readonly isHandled: boolean
}

/** How far back events are looked at. */
const MOST_LOOKED_AT = 2000

/** The types of events of a run, those that are handled now first. */
export function eventChoices(observed: ObservedRun): readonly EventChoice[] {
  const { machine, snapshot } = observed
  const { arrows } = machine.graph
  const at = (snapshot.state as { readonly at?: unknown } | null)?.at
  /** How near each type is: 2 if the state handles it, 1 if any state does. */
  const types = new Map<string, number>()
  for (const { from, event } of arrows) {
    types.set(event, Math.max(types.get(event) ?? 0, from === undefined ? 1 : from === at ? 2 : 0))
  }
  for (const type of schemaTypes(machine.events)) if (!types.has(type)) types.set(type, arrows.length === 0 ? 1 : 0)
  // A machine with a transition names no types. Those that were sent are known.
  if (types.size === 0) for (const { type } of sentTo(observed)) types.set(type, 1)
  return [...types]
    .sort(([, one], [, other]) => other - one)
    .map(([type, nearness]) => ({ type, isHandled: nearness > 0 }))
}

/** The members of a type of event, without its type. Undefined if nothing says them. */
export function eventFields(observed: ObservedRun, type: string): readonly EventField[] | undefined {
  let sent: Readonly<Record<string, unknown>> | undefined
  for (const event of sentTo(observed)) {
    if (event.type !== type) continue
    sent = { ...event }
    break
  }
  const schema = schemaOf(observed.machine.events, type)
  if (schema !== undefined) {
    return Object.entries(schema.properties ?? {})
      .filter(([name]) => name !== 'type')
      .map(([name, member]) => field(name, sent?.[name] ?? first(member), member.type))
  }
  if (sent === undefined) return undefined
  return Object.entries(sent)
    .filter(([name]) => name !== 'type')
    .map(([name, value]) => field(name, value, undefined))
}

/** The events that were sent, the latest first. Those that were refused come last: they may have to be corrected. */
function* sentTo({ batch, sequence, refusals }: ObservedRun): Generator<RunEvent> {
  for (let back = sequence; back > Math.max(0, sequence - MOST_LOOKED_AT); back--) {
    yield* (batch(back) ?? []).toReversed()
  }
  for (const refusal of refusals.toReversed()) yield* ((refusal.batch ?? []) as readonly RunEvent[]).toReversed()
}

function field(name: string, value: unknown, type: string | undefined): EventField {
  const kinds: Readonly<Record<string, EventField['kind']>> = {
    string: 'text',
    number: 'number',
    integer: 'number',
    boolean: 'boolean',
  }
  return { name, value, kind: kinds[type ?? typeof value] ?? 'json' }
}

function first({ type, default: given, enum: values, const: only }: JsonSchema): unknown {
  const beginnings: Readonly<Record<string, unknown>> = { string: '', number: 0, integer: 0, boolean: false, array: [] }
  return given ?? only ?? values?.[0] ?? beginnings[type ?? ''] ?? {}
}

/** As much of JSON Schema as a form uses. */
interface JsonSchema {
  /** Several types are rare in events, and not taken for one. */
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
}

/** The JSON Schemas of the members of a union of events, by Standard JSON Schema (https://standardschema.dev/json-schema). */
function members(schema: unknown): readonly JsonSchema[] {
  const standard = (schema as { readonly '~standard'?: { readonly jsonSchema?: JsonSchemaSource } } | undefined)?.[
    '~standard'
  ]
  try {
    const whole = standard?.jsonSchema?.input?.({ target: 'draft-2020-12' }) as JsonSchema | undefined
    return whole === undefined ? [] : (whole.anyOf ?? whole.oneOf ?? [whole])
  } catch {
    // A part of it, such as a transformation, cannot be said in JSON Schema.
    return []
  }
}

interface JsonSchemaSource {
  readonly input?: (options: { readonly target: 'draft-2020-12' }) => unknown
}

function typesOf({ properties }: JsonSchema): readonly unknown[] {
  const { const: only, enum: values } = properties?.['type'] ?? {}
  return only === undefined ? (values ?? []) : [only]
}

function schemaTypes(schema: unknown): readonly string[] {
  return members(schema).flatMap(typesOf).map(String)
}

function schemaOf(schema: unknown, type: string): JsonSchema | undefined {
  return members(schema).find((member) => typesOf(member).includes(type))
}
