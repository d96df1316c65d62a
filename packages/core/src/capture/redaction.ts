// Replaces values of events and of the input by rule. What a rule cannot judge is refused: nothing passes by mistake.

import { describeThrown, describeValue, wrongValue } from '../data/describe-value.ts'
import { copyPlain, thaw } from '../data/plain-data.ts'
import { admitEvents } from '../engine/admit.ts'
import { Refusal } from '../engine/refusal.ts'
import type { AnyMachine, RunEvent } from '../machine/machine.ts'
import type { StandardSchema } from '../machine/schema.ts'

/** Where a value that is redacted comes from. */
export interface RedactedPlace {
  /** An event of the history, an event of a refused batch, or the input. */
  readonly of: 'history' | 'refusal' | 'input'
  /** The sequence of its batch; of a refusal, how many batches had been committed. */
  readonly sequence: number
  /** Which event of the batch, from 0. */
  readonly index: number
}

/**
 * What is replaced in a captured run.
 *
 * - A path, such as `events.PAY.card`, `events.*.address.**` or `input.email`. After `events` comes a type; `*` is any
 *   member or item, `**` any number of them. An array of segments is a path too. In text, each letter becomes `x` and each
 *   digit `0`; a number becomes 0, and `true` becomes `false`. Objects and arrays keep their form, and events their type.
 * - A Standard Schema, which gets each event: what it gives is what is captured.
 * - A function, which gets each event, and the input if there is one, and gives what takes its place.
 */
export type RedactRule =
  | string
  | readonly string[]
  | StandardSchema<unknown>
  | ((value: unknown, place: RedactedPlace) => unknown)

/** Applies rules. */
export interface Redaction {
  /** @throws {TypeError} if a rule gives no event */
  events(events: readonly unknown[], place: Omit<RedactedPlace, 'index'>): readonly RunEvent[]
  /** @throws {TypeError} if a rule gives what is not plain data */
  input(input: unknown): unknown
}

/**
 * Checks rules, and puts them together.
 * @throws {TypeError} if a rule is not a path, a schema or a function
 * @throws {RangeError} if a path begins with neither `events` nor `input`, or names a type that the machine does not
 */
export function redactionOf(machine: AnyMachine, rules: readonly RedactRule[]): Redaction {
  if (!Array.isArray(rules))
    throw new TypeError(wrongValue('redact', rules, 'an array of paths, schemas and functions'))
  const applied = (rules as readonly RedactRule[]).map((rule) => appliedRule(machine, rule))

  function redact(value: unknown, place: RedactedPlace): unknown {
    return applied.reduce((before, apply) => apply(before, place), value)
  }

  return {
    events(events, place) {
      const redacted = events.map((event, index) => redact(event, { ...place, index }))
      const batch = admitEvents(redacted)
      if (batch instanceof Refusal) throw new TypeError(`redact, batch ${place.sequence}: ${batch.message}`)
      return (Array.isArray(batch) ? batch : [batch]) as readonly RunEvent[]
    },
    input: (input) => copyPlain(redact(input, { of: 'input', sequence: 0, index: 0 }), 'the redacted input'),
  }
}

type AppliedRule = (value: unknown, place: RedactedPlace) => unknown

function appliedRule(machine: AnyMachine, rule: RedactRule): AppliedRule {
  if (typeof rule === 'string' || Array.isArray(rule)) return byPath(machine, rule)
  if (typeof rule === 'object' && rule !== null && '~standard' in rule) return bySchema(rule)
  if (typeof rule === 'function') return (value, place) => rule(thaw(value), place)
  throw new TypeError(wrongValue('a rule of redact', rule, 'a path, a Standard Schema or a function'))
}

function byPath(machine: AnyMachine, path: string | readonly string[]): AppliedRule {
  const shown = typeof path === 'string' ? path : path.join('.')
  const [root, ...segments] = typeof path === 'string' ? path.split('.') : path
  if (root === 'input') return (value, { of }) => (of === 'input' ? blankAt(value, segments) : value)
  const [type] = segments
  if (root !== 'events' || type === undefined) {
    throw new RangeError(
      wrongValue('a path of redact', shown, 'such as events.TYPE.member, events.*.member or input.member'),
    )
  }
  const { arrows } = machine.graph
  if (!type.startsWith('*') && arrows.length > 0 && !arrows.some(({ event }) => event === type)) {
    const types = [...new Set(arrows.map(({ event }) => event))].join(', ')
    throw new RangeError(
      `the path ${shown} of redact names the event type ${describeValue(type)}; the machine has ${types}`,
    )
  }
  return (value, { of }) => {
    if (of === 'input') return value
    const { type: typeOfEvent } = value as RunEvent
    if (type !== '**' && type !== '*' && type !== typeOfEvent) return value
    const blanked = blankAt(value, type === '**' ? segments : segments.slice(1))
    return { ...(blanked as object), type: typeOfEvent }
  }
}

/** A value with what a path leads to blanked. */
function blankAt(value: unknown, segments: readonly string[]): unknown {
  const [first, ...others] = segments
  if (first === undefined) return blank(value)
  if (first !== '**') {
    return mapMembers(value, (member, key) => (first === '*' || first === key ? blankAt(member, others) : member))
  }
  // It is none, one or several members: what follows may be right here, or further inside.
  return mapMembers(blankAt(value, others), (member) => blankAt(member, segments))
}

function mapMembers(value: unknown, map: (member: unknown, key: string) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item, index) => map(item, String(index)))
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, map(member, key)]))
}

/** A value of the same form that says nothing. */
function blank(value: unknown): unknown {
  // What is left of text is its length, its spaces and its punctuation.
  if (typeof value === 'string') return value.replace(/\p{N}/gu, '0').replace(/[^ -@[-`{-~]/gu, 'x')
  if (typeof value === 'number') return 0
  if (typeof value === 'boolean') return false
  return mapMembers(value, blank)
}

function bySchema(schema: StandardSchema<unknown>): AppliedRule {
  return (value, { of, sequence, index }) => {
    if (of === 'input') return value
    const where = `the schema of redact, event ${index} of batch ${sequence}`
    let result: ReturnType<StandardSchema<unknown>['~standard']['validate']>
    try {
      result = schema['~standard'].validate(thaw(value))
    } catch (thrown) {
      throw new TypeError(`${where}: it threw ${describeThrown(thrown)}`, { cause: thrown })
    }
    if ('then' in result) {
      // Nobody waits for it, so its rejection must not count as unhandled.
      result.then(undefined, () => undefined)
      throw new TypeError(`${where}: it is asynchronous; give a synchronous one`)
    }
    if (result.issues !== undefined) {
      const [issue] = Array.from(result.issues)
      throw new TypeError(`${where}: it refused ${describeValue((value as RunEvent).type)}: ${issue?.message ?? ''}`)
    }
    return result.value
  }
}
