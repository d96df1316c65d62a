// The door of a run: copies what was written, checks it and, where the machine has a schema, parses it. What comes out
// is a batch that nobody else holds, or the refusal that its turn will bring.

import { describeThrown, isA, NotPlain } from './not-plain.ts'
import { copyBatch, copyPlain } from './plain-data.ts'
import { quote } from './quote.ts'
import type { SchemaIssue, StandardSchema } from './schema.ts'
import { type AnyMachine, type Batch, Refusal } from './step.ts'

/** The batch that was written, parsed where the machine has a schema, or why it is none. */
export function admit(machine: AnyMachine, written: unknown): Batch | Refusal {
  const { events } = machine
  const batch = admitEvents(written)
  if (events === undefined || batch instanceof Refusal) return batch
  return Array.isArray(batch) ? parseAll(events, batch) : parse(events, batch, 0)
}

/** The batch that was written, not parsed, or why it is none. */
export function admitEvents(written: unknown): Batch | Refusal {
  let copied: unknown
  try {
    copied = copyBatch(written)
  } catch (problem) {
    const { message } = problem as NotPlain
    const index = /^batch\[(\d+)\]/.exec(message)?.[1]
    return new Refusal('INVALID_EVENT', message, index === undefined ? undefined : Number(index))
  }
  if (!Array.isArray(copied)) return checkEvent(copied, 'event') ?? (copied as Batch)
  for (let index = 0; index < copied.length; index++) {
    const refusal = checkEvent(copied[index], 'batch', index)
    if (refusal !== undefined) return refusal
  }
  return copied as Batch
}

/** Asks a schema to return each event of a batch as it is; why it does not, or undefined. */
export function revalidate(
  schema: StandardSchema<unknown>,
  batch: Batch,
  isSame: (parsed: unknown, event: unknown) => boolean,
): Refusal | undefined {
  const events = Array.isArray(batch) ? batch : [batch]
  for (let index = 0; index < events.length; index++) {
    const parsed = parse(schema, events[index], index)
    if (parsed instanceof Refusal) return parsed
    if (!isSame(parsed, events[index])) {
      return new Refusal('SCHEMA_MISMATCH', `event ${index} comes out of the schema changed`, index)
    }
  }
  return undefined
}

function checkEvent(event: unknown, root: string, index?: number): Refusal | undefined {
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event)
  const type: unknown = isObject ? (event as { readonly type?: unknown }).type : undefined
  if (typeof type === 'string') return undefined
  const name = index === undefined ? root : `${root}[${index}]`
  if (isObject) {
    const problem = type === undefined ? 'is missing' : `is ${quote(type)}`
    return new Refusal('INVALID_EVENT', `${name}.type ${problem}; an event has a string type`, index)
  }
  const what = Array.isArray(event) ? 'an array' : quote(event)
  return new Refusal('INVALID_EVENT', `${name} is ${what}; an event is an object with a string type`, index)
}

function parseAll(schema: StandardSchema<unknown>, events: readonly unknown[]): Batch | Refusal {
  const parsed: unknown[] = []
  for (let index = 0; index < events.length; index++) {
    const event = parse(schema, events[index], index)
    if (event instanceof Refusal) return event
    parsed.push(event)
  }
  return Object.freeze(parsed) as Batch
}

function parse(schema: StandardSchema<unknown>, event: unknown, index: number): Batch | Refusal {
  const { type } = event as { readonly type: string }
  let parsed: unknown
  try {
    const result = schema['~standard'].validate(event)
    if (result instanceof Promise) {
      // Nobody waits for it, and nobody is to hear of it if it is rejected.
      result.catch(() => undefined)
      return new Refusal(
        'SCHEMA_MISMATCH',
        `the schema of events is asynchronous; give one that answers at once`,
        index,
      )
    }
    if (result.issues !== undefined) {
      const issues = result.issues.map(describeIssue).join('; ')
      return new Refusal(
        'SCHEMA_MISMATCH',
        `the schema of events refused ${quote(type)}: ${issues}`,
        index,
        result.issues,
      )
    }
    parsed = copyPlain(result.value, 'event')
  } catch (problem) {
    const why = isA(problem, NotPlain)
      ? `made what is not plain data: ${problem.message}`
      : `threw ${describeThrown(problem)}`
    return new Refusal(
      'SCHEMA_MISMATCH',
      `the schema of events ${why}`,
      index,
      isA(problem, NotPlain) ? undefined : problem,
    )
  }
  const bad = checkEvent(parsed, 'event')
  if (bad === undefined) return parsed as Batch
  return new Refusal('SCHEMA_MISMATCH', `the schema of events made what is no event: ${bad.message}`, index)
}

function describeIssue({ path = [], message }: SchemaIssue): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment))
  return keys.length === 0 ? message : `event.${keys.join('.')}: ${message}`
}
