// A door that can be locked, as a machine: three states, of which one has data of its own.

import { defineMachine, type Machine, to } from '@xmachines/core'

/** A door is in one of three states; only a locked one knows a code. */
export type Door =
  | { readonly at: 'closed' }
  | { readonly at: 'open' }
  | { readonly at: 'locked'; readonly code: string }

/** What can be done to a door. */
export type DoorEvent =
  | { readonly type: 'OPEN' }
  | { readonly type: 'CLOSE' }
  | { readonly type: 'LOCK'; readonly code: string }
  | { readonly type: 'UNLOCK'; readonly code: string }

/** What is thrown refuses the event: nothing is committed, the refusal goes to `err`, and the run goes on. */
export const door: Machine<Door, DoorEvent> = defineMachine<Door, DoorEvent>({
  name: 'door',
  version: '1',
  initial: { at: 'closed' },
  states: {
    closed: {
      OPEN: 'open',
      LOCK: to(['locked'], (_door, { code }) => {
        if (!/^\d{4}$/.test(code)) throw new Error('A code has four digits.')
        return { at: 'locked', code }
      }),
    },
    open: { CLOSE: 'closed' },
    locked: {
      UNLOCK: to(['closed'], (locked, { code }) => {
        if (code !== locked.code) throw new Error('Wrong code.')
        return { at: 'closed' }
      }),
    },
  },
})
