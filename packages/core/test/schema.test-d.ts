/** The schemas that a machine takes: all that speak Standard Schema. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { defineMachine, type StandardSchema } from '@xmachines/core'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'

type Event = { type: 'ADD'; by: number }
const common = { name: 'm', version: '1', initial: 0, on: {} }

test('every schema of the specification is one', () => {
  expectTypeOf<StandardSchemaV1<unknown, Event>>().toExtend<StandardSchema<Event>>()
})

test('a schema parses to the machine’s events, whatever it takes', () => {
  defineMachine<number, Event>({ ...common, events: z.object({ type: z.literal('ADD'), by: z.coerce.number() }) })
  // @ts-expect-error by is text
  defineMachine<number, Event>({ ...common, events: z.object({ type: z.literal('ADD'), by: z.string() }) })
  // @ts-expect-error this is no schema
  defineMachine<number, Event>({ ...common, events: { parse: () => undefined } })
})
