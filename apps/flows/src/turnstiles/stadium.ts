// A stadium as a machine: each visitor takes the next seat, until none is left.

import { defineMachine, type Machine, refuse } from '@xmachines/core'

/** The turnstiles, each with its own sender. */
export type Gate = 'button' | 'timer' | 'stream'

/** The turnstile of each visitor inside, in the order of arrival. */
export interface Stadium {
  readonly seats: readonly Gate[]
}

/** A visitor comes through a turnstile, or everybody leaves. */
export type StadiumEvent = { readonly type: 'ENTER'; readonly gate: Gate } | { readonly type: 'EMPTY' }

/** The number of seats. */
export const CAPACITY = 24

export const stadium: Machine<Stadium, StadiumEvent> = defineMachine<Stadium, StadiumEvent>({
  name: 'stadium',
  version: '1',
  initial: { seats: [] },
  on: {
    ENTER: ({ seats }, { gate }) => {
      if (seats.length === CAPACITY) refuse('Every seat is taken.')
      return { seats: [...seats, gate] }
    },
    EMPTY: () => ({ seats: [] }),
  },
})
