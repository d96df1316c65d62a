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

interface Brewing {
  readonly active: readonly string[]
  readonly cups: number
}
type BrewerEvent = { readonly type: 'START' | 'water.hot' | 'GROUND' | 'TAKE' | 'COUNT' | 'STOP' }

/** A machine whose states are in states: it heats water and grinds beans at the same time. */
export const brewer: Machine<Brewing, BrewerEvent> = defineMachine<Brewing, BrewerEvent>({
  name: 'brewer',
  version: '1',
  initial: { active: ['off'], cups: 0 },
  transition: ({ active, cups }, { type }) => {
    if (type === 'START') return { active: ['making', 'water', 'heating', 'beans', 'grinding'], cups }
    if (type === 'STOP') return { active: ['off'], cups }
    if (type === 'COUNT') return { active, cups: cups + 1 }
    const [done, next] = type === 'water.hot' ? ['heating', 'hot'] : ['grinding', 'ground']
    const now = active.map((id) => (id === done ? next : id))
    return { active: now.includes('hot') && now.includes('ground') ? ['ready'] : now, cups }
  },
  outline: async () => ({
    states: [
      { id: 'off', name: 'off', parent: undefined, kind: 'atomic', isInitial: true },
      { id: 'making', name: 'making', parent: undefined, kind: 'parallel', isInitial: false },
      { id: 'water', name: 'water', parent: 'making', kind: 'compound', isInitial: false },
      { id: 'heating', name: 'heating', parent: 'water', kind: 'atomic', isInitial: true },
      { id: 'hot', name: 'hot', parent: 'water', kind: 'final', isInitial: false },
      { id: 'beans', name: 'beans', parent: 'making', kind: 'compound', isInitial: false },
      { id: 'grinding', name: 'grinding', parent: 'beans', kind: 'atomic', isInitial: true },
      { id: 'ground', name: 'ground', parent: 'beans', kind: 'final', isInitial: false },
      { id: 'before', name: 'before', parent: 'making', kind: 'deep history', isInitial: false },
      { id: 'ready', name: 'ready', parent: undefined, kind: 'atomic', isInitial: false },
    ],
    arrows: [
      { from: undefined, to: 'off', event: 'STOP', label: 'STOP' },
      { from: 'off', to: 'making', event: 'START', label: 'START [isFilled]' },
      { from: 'making', to: 'ready', event: '', label: 'done' },
      { from: 'heating', to: 'hot', event: 'water.*', label: 'water.*' },
      { from: 'grinding', to: 'ground', event: 'GROUND', label: 'GROUND' },
      { from: 'ready', to: undefined, event: '*', label: '*' },
      { from: 'ready', to: 'before', event: 'AGAIN', label: 'AGAIN' },
    ],
    activeIn: (state) => (state as Brewing).active,
  }),
})
