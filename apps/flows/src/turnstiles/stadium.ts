// A stadium as a machine: whoever comes through a turnstile takes the next seat, until there is none.

import { defineMachine, type Machine } from '@xmachines/core'

/** The turnstiles, each with a sender of its own. */
export type Gate = 'button' | 'timer' | 'stream'

/** Who is inside, in the order in which they came: of each, the turnstile. */
export interface Stadium {
  readonly seats: readonly Gate[]
}

/** Somebody comes through a turnstile, or everybody goes home. */
export type StadiumEvent = { readonly type: 'ENTER'; readonly gate: Gate } | { readonly type: 'EMPTY' }

/** How many seats there are. */
export const CAPACITY = 24

export const stadium: Machine<Stadium, StadiumEvent> = defineMachine<Stadium, StadiumEvent>({
  name: 'stadium',
  version: '1',
  initial: { seats: [] },
  on: {
    ENTER: ({ seats }, { gate }) => {
      if (seats.length === CAPACITY) throw new Error('Every seat is taken.')
      return { seats: [...seats, gate] }
    },
    EMPTY: () => ({ seats: [] }),
  },
})
