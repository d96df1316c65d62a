// A lift in a building with four floors, as a machine: about the smallest one that refuses events.

import { defineMachine, type Machine, refuse } from '@xmachines/core'

/** The position of the lift. */
export interface Lift {
  readonly floor: number
}

/** The events of the lift. */
export type LiftEvent = { readonly type: 'UP' } | { readonly type: 'DOWN' }

/** The top floor; the ground floor is 0. */
export const TOP = 3

export const lift: Machine<Lift, LiftEvent> = defineMachine<Lift, LiftEvent>({
  name: 'lift',
  version: '1',
  initial: { floor: 0 },
  on: {
    UP: ({ floor }) => {
      if (floor === TOP) refuse('There is nothing above the top floor.')
      return { floor: floor + 1 }
    },
    DOWN: ({ floor }) => {
      if (floor === 0) refuse('There is nothing below the ground floor.')
      return { floor: floor - 1 }
    },
  },
})
