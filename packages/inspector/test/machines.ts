/** Machines that the tests inspect. */
import { defineMachine, type Machine, refuse, to } from '@xmachines/core'

export type Counter = { readonly count: number }
export type CounterEvent = { readonly type: 'ADD'; readonly by: number } | { readonly type: 'RESET' }
export type CounterOutput = { readonly type: 'added'; readonly to: number }

/** A counter that emits each sum, and refuses to go below zero. */
export const counter: Machine<Counter, CounterEvent, CounterOutput> = defineMachine<
  Counter,
  CounterEvent,
  CounterOutput
>({
  name: 'counter',
  version: '1',
  initial: { count: 0 },
  on: {
    ADD: ({ count }, { by }, emit) => {
      if (count + by < 0) refuse('Below zero.')
      emit({ type: 'added', to: count + by })
      return { count: count + by }
    },
    RESET: () => ({ count: 0 }),
  },
})

export type Door =
  | { readonly at: 'open' }
  | { readonly at: 'closed' }
  | { readonly at: 'locked'; readonly code: string }
export type DoorEvent =
  | { readonly type: 'OPEN' | 'CLOSE' }
  | { readonly type: 'LOCK'; readonly code: string }
  | { readonly type: 'UNLOCK'; readonly code: string }

/** A door with a lock. */
export const door: Machine<Door, DoorEvent> = defineMachine<Door, DoorEvent>({
  name: 'front-door',
  version: '1',
  initial: { at: 'closed' },
  states: {
    closed: {
      OPEN: 'open',
      LOCK: to(['locked'], (_door, { code }) => {
        if (code.length < 4) refuse('A code has four digits.')
        return { at: 'locked', code }
      }),
    },
    open: { CLOSE: 'closed' },
    locked: {
      UNLOCK: to(['closed'], (locked, { code }) => {
        if (code !== locked.code) refuse('Wrong code.')
        return { at: 'closed' }
      }),
    },
  },
})

interface Booked {
  readonly type: 'BOOK'
  readonly guests: number
  readonly breakfast: boolean
  readonly wishes: readonly string[]
}

const properties = {
  type: { const: 'BOOK' },
  guests: { type: 'integer', default: 2 },
  breakfast: { type: 'boolean' },
  wishes: { type: 'array' },
}
const standard = {
  version: 1 as const,
  vendor: 'test',
  validate: (value: unknown) => ({ value: value as Booked }),
  // As schemas of libraries say it: https://standardschema.dev/json-schema
  jsonSchema: { input: () => ({ anyOf: [{ type: 'object', properties }] }) },
}

/** Bookings, with a schema of their events that can be said as JSON Schema. */
export const booking: Machine<readonly Booked[], Booked> = defineMachine<readonly Booked[], Booked>({
  name: 'booking',
  version: '1',
  initial: [],
  events: { '~standard': standard },
  transition: (booked, event) => [...booked, event],
})

interface Chart {
  readonly children: readonly string[]
  readonly context: { readonly grams: number }
  readonly count: number
  readonly value: string | { readonly making: { readonly beans: string; readonly water: string } }
}

/** A machine whose state is as that of a chart from XState. */
export const coffee: Machine<Chart, { readonly type: 'START' }> = defineMachine<Chart, { readonly type: 'START' }>({
  name: 'coffee',
  version: '1',
  initial: { children: [], context: { grams: 0 }, count: 0, value: 'off' },
  transition: ({ count, context }) => ({
    children: ['grinder'],
    context,
    count: count + 1,
    value: { making: { beans: 'grinding', water: 'heating' } },
  }),
})
