// A lift in a house with four floors, as a machine: the smallest one that has something to refuse.

import { defineMachine, type Machine } from '@xmachines/core'

/** Where the lift is. */
export interface Lift {
  readonly floor: number
}

/** What can be done to it. */
export type LiftEvent = { readonly type: 'UP' } | { readonly type: 'DOWN' }

/** How many floors the house has, above the ground. */
export const TOP = 3

export const lift: Machine<Lift, LiftEvent> = defineMachine<Lift, LiftEvent>({
  name: 'lift',
  version: '1',
  initial: { floor: 0 },
  on: {
    UP: ({ floor }) => {
      if (floor === TOP) throw new Error('There is nothing above the top floor.')
      return { floor: floor + 1 }
    },
    DOWN: ({ floor }) => {
      if (floor === 0) throw new Error('There is nothing below the ground floor.')
      return { floor: floor - 1 }
    },
  },
})
