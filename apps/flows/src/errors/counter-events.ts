// The schema of the counter's events, written by hand: zod, valibot and arktype give the same interface. It checks what
// no compiler has seen, such as events that came through a network.

import type { SchemaResult, StandardSchema } from '@xmachines/core'

import type { CounterEvent } from './counter.ts'

/** A Standard Schema (https://standardschema.dev). */
export const counterEvents: StandardSchema<CounterEvent> = {
  '~standard': { version: 1, vendor: 'xmachines-flows', validate },
}

/** The members of each event: what they must be, and whether they are. */
const members: Readonly<Record<CounterEvent['type'], Readonly<Record<string, Rule>>>> = {
  COUNT: {},
  ADD: { by: { mustBe: 'a whole number from 1 to 9', isGood: (by) => Number.isInteger(by) && by >= 1 && by <= 9 } },
  TAKE: { many: { mustBe: 'a whole number', isGood: Number.isInteger } },
  DIVIDE: { by: { mustBe: 'a number', isGood: () => true } },
  REPORT: {},
  GUESS: {},
  MEDDLE: {},
  BREAK: {},
  FINISH: {},
}

interface Rule {
  readonly mustBe: string
  readonly isGood: (number: number) => boolean
}

function validate(value: unknown): SchemaResult<CounterEvent> {
  // A run asks for nothing that is not an event: an object with a type.
  const event = value as Readonly<Record<string, unknown>> & { readonly type: string }
  if (!isKnown(event.type)) return { issues: [{ message: 'no such event', path: ['type'] }] }
  const issues = Object.entries(members[event.type]).flatMap(([name, { mustBe, isGood }]) => {
    const member = event[name]
    return typeof member === 'number' && isGood(member) ? [] : [{ message: `must be ${mustBe}`, path: [name] }]
  })
  if (issues.length > 0) return { issues }
  // Each member was checked just now.
  return { value: event as CounterEvent }
}

function isKnown(type: string): type is CounterEvent['type'] {
  return Object.hasOwn(members, type)
}
