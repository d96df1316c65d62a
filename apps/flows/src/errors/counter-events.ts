// The events of the counter, and a schema that checks events which no compiler has seen, such as those from a network.
// The schema is written by hand; zod, valibot and arktype offer the same interface.

import type { SchemaResult, StandardSchema } from '@xmachines/core'

/** The events of the counter. */
export type CounterEvent =
  | { readonly type: 'COUNT' }
  | { readonly type: 'ADD'; readonly by: number }
  | { readonly type: 'TAKE'; readonly many: number }
  | { readonly type: 'DIVIDE'; readonly by: number }
  | { readonly type: 'REPORT' }
  | { readonly type: 'GUESS' }
  | { readonly type: 'MEDDLE' }
  | { readonly type: 'PAUSE' }
  | { readonly type: 'BREAK' }
  | { readonly type: 'FINISH' }

/** A Standard Schema (https://standardschema.dev). */
export const counterEventSchema: StandardSchema<CounterEvent> = {
  '~standard': { version: 1, vendor: 'xmachines-flows', validate },
}

/** The rules for the members of each event. */
const members: Readonly<Record<CounterEvent['type'], Readonly<Record<string, Rule>>>> = {
  COUNT: {},
  ADD: { by: { mustBe: 'a whole number from 1 to 9', isGood: (by) => Number.isInteger(by) && by >= 1 && by <= 9 } },
  TAKE: { many: { mustBe: 'a whole number', isGood: Number.isInteger } },
  DIVIDE: { by: { mustBe: 'a number', isGood: () => true } },
  REPORT: {},
  GUESS: {},
  MEDDLE: {},
  PAUSE: {},
  BREAK: {},
  FINISH: {},
}

/** A rule in words, and as a test. */
interface Rule {
  readonly mustBe: string
  readonly isGood: (number: number) => boolean
}

function validate(value: unknown): SchemaResult<CounterEvent> {
  // A run calls the schema only with events: objects with a type.
  const event = value as Readonly<Record<string, unknown>> & { readonly type: string }
  if (!isKnown(event.type)) return { issues: [{ message: 'is not an event of the counter', path: ['type'] }] }
  const issues = Object.entries(members[event.type]).flatMap(([name, { mustBe, isGood }]) => {
    const member = event[name]
    return typeof member === 'number' && isGood(member) ? [] : [{ message: `must be ${mustBe}`, path: [name] }]
  })
  if (issues.length > 0) return { issues }
  // Each member has just been checked.
  return { value: event as CounterEvent }
}

function isKnown(type: string): type is CounterEvent['type'] {
  return Object.hasOwn(members, type)
}
