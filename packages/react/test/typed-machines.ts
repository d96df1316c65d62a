// The machines of the type tests.

import { createRun, defineMachine, type Run } from '@xmachines/core'

export type Door = { at: 'closed' } | { at: 'open' } | { at: 'locked'; code: string }
export type DoorEvent = { type: 'OPEN' } | { type: 'CLOSE' } | { type: 'LOCK'; code: string }
export type DoorOutput = { type: 'alarm'; tried: string } | { type: 'light'; on: boolean }

export const door = defineMachine<Door, DoorEvent, DoorOutput>({
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: { closed: { OPEN: 'open' }, open: { CLOSE: 'closed' }, locked: {} },
})

export const run: Run<Door, DoorEvent, DoorOutput> = createRun(door)

/** Takes an input. */
export const room = defineMachine<{ doors: number }, DoorEvent, never, { doors: number }>({
  name: 'room',
  version: '1',
  initial: ({ doors }) => ({ doors }),
  on: {},
})
