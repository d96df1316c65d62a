// A door with a lock, as a machine with three states. One of them has data of its own.

import { defineMachine, type Machine, refuse, to } from '@xmachines/core'

/** A door is in one of three states. Only a locked door has a code. */
export type Door =
  | { readonly at: 'closed' }
  | { readonly at: 'open' }
  | { readonly at: 'locked'; readonly code: string }

/** The events of a door. */
export type DoorEvent =
  | { readonly type: 'OPEN' }
  | { readonly type: 'CLOSE' }
  | { readonly type: 'LOCK'; readonly code: string }
  | { readonly type: 'UNLOCK'; readonly code: string }

/** A handler that calls `refuse` refuses the event: nothing is committed, `err` delivers the refusal, and the run continues. */
export const door: Machine<Door, DoorEvent> = defineMachine<Door, DoorEvent>({
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: {
    closed: {
      OPEN: 'open',
      LOCK: to(['locked'], (_door, { code }) => {
        if (!/^\d{4}$/.test(code)) refuse('A code has four digits.')
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
