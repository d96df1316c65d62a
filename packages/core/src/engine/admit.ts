// The first step of a batch: copy what was written, check it and, if the machine has a schema, parse it. The result is a
// batch that nobody else holds, or a refusal.

import { canonicalJson } from '../data/canonical-json.ts'
import { describeThrown, describeValue, isA } from '../data/describe-value.ts'
import { NotPlain } from '../data/not-plain.ts'
import { copyBatch, copyPlain, thaw } from '../data/plain-data.ts'
import type { AnyMachine, RunEvent } from '../machine/machine.ts'
import type { SchemaIssue, StandardSchema } from '../machine/schema.ts'
import type { Batch } from './log.ts'
import { Refusal } from './refusal.ts'

/** What was written, by the batch that a schema made of it. Undefined until somebody needs it. */
let given: WeakMap<object, Batch> | undefined

/** The batch that was written, parsed if the machine has a schema; or why it is not a batch. */
export function admit(machine: AnyMachine, written: unknown): Batch | Refusal {
  const { events } = machine
  const batch = admitEvents(written)
  if (events === undefined || batch instanceof Refusal) return batch
  const parsed = Array.isArray(batch) ? parseAll(events, batch) : parse(events, batch, 0)
  given?.set(parsed, batch)
  return parsed
}

/** From now on, `givenBatch` knows what was written. */
export function keepGiven(): void {
  given ??= new WeakMap()
}

/** A batch as it was written: a schema parses it once, and may not take back what it made. */
export function givenBatch(batch: Batch): Batch {
  return given?.get(batch) ?? batch
}

/** The batch that was written, not parsed; or why it is not a batch. */
export function admitEvents(written: unknown): Batch | Refusal {
  let copied: unknown
  try {
    copied = copyBatch(written)
  } catch (problem) {
    return notABatch(problem as NotPlain)
  }
  return isEvent(copied) ? copied : checkEvents(copied)
}

function notABatch({ message }: NotPlain): Refusal {
  const index = /^batch\[(\d+)\]/.exec(message)?.[1]
  return new Refusal('INVALID_EVENT', message, index === undefined ? undefined : Number(index))
}

/** Whether plain data is an event: nothing else has a member of this name. */
function isEvent(value: unknown): value is RunEvent {
  return typeof (value as { readonly type?: unknown } | null)?.type === 'string'
}

function checkEvents(copied: unknown): Batch | Refusal {
  if (!Array.isArray(copied)) return notAnEvent(copied, 'event')
  for (let index = 0; index < copied.length; index++) {
    if (!isEvent(copied[index])) return notAnEvent(copied[index], `batch[${index}]`, index)
  }
  return copied as Batch
}

/** Asks a schema to return each event of a batch unchanged. Answers why it does not, or undefined. */
export function revalidate(schema: StandardSchema<unknown>, batch: Batch): Refusal | undefined {
  const events = Array.isArray(batch) ? batch : [batch]
  for (let index = 0; index < events.length; index++) {
    const parsed = parse(schema, events[index], index)
    if (parsed instanceof Refusal) return parsed
    if (canonicalJson(parsed) !== canonicalJson(events[index])) {
      return new Refusal('SCHEMA_MISMATCH', `the schema changed event ${index}`, index)
    }
  }
  return undefined
}

/** The refusal of plain data that is no event. */
function notAnEvent(value: unknown, name: string, index?: number): Refusal {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const [what, wrong] = isObject ? [`${name}.type`, (value as { readonly type?: unknown }).type] : [name, value]
  const problem = wrong === undefined ? 'is missing' : `is ${describeValue(wrong)}`
  return new Refusal('INVALID_EVENT', `${what} ${problem}; an event is an object with a string type`, index)
}

function parseAll(schema: StandardSchema<unknown>, events: readonly unknown[]): Batch | Refusal {
  const parsed: unknown[] = []
  for (let index = 0; index < events.length; index++) {
    const event = parse(schema, events[index], index)
    if (event instanceof Refusal) return event
    parsed.push(event)
  }
  // Each is within the limits of plain data. All together must be, or a history would not take them back.
  return admitEvents(parsed)
}

function parse(schema: StandardSchema<unknown>, event: unknown, index: number): Batch | Refusal {
  const mismatch = (why: string, more?: Refusal['more']): Refusal =>
    new Refusal('SCHEMA_MISMATCH', `the schema of events ${why}`, index, more)
  let parsed: unknown
  try {
    // Some libraries write what they parsed into the value that they were given.
    const result = schema['~standard'].validate(thaw(event))
    if ('then' in result) {
      // Nobody waits for it, so its rejection must not count as unhandled.
      result.then(undefined, () => undefined)
      // zod answers with a promise too if a function in a schema throws.
      return mismatch('is asynchronous; give a synchronous one (or a function in it threw)')
    }
    const { issues } = result
    if (issues !== undefined) {
      const { type } = event as { readonly type: string }
      return mismatch(`refused ${describeValue(type)}: ${Array.from(issues, describeIssue).join('; ')}`, {
        cause: issues,
        issues,
      })
    }
    parsed = copyPlain(result.value, 'event')
  } catch (problem) {
    if (isA(problem, NotPlain)) return mismatch(`gave no plain data: ${problem.message}`)
    return mismatch('threw', { cause: problem, threw: describeThrown(problem) })
  }
  return isEvent(parsed) ? parsed : mismatch(`gave no event: ${notAnEvent(parsed, 'event').message}`)
}

function describeIssue({ path = [], message }: SchemaIssue): string {
  // The path may be an array of a subclass, whose `map` makes another.
  const keys = Array.from(path, (segment) => String(typeof segment === 'object' ? segment.key : segment))
  return keys.length === 0 ? message : `event.${keys.join('.')}: ${message}`
}
