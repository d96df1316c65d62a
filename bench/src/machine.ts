// The machine that almost every row measures: a flat counter, and an event that increments it.

import { defineMachine, type Machine } from '@xmachines/core'

export interface Count {
  readonly count: number
}

/** `by` is the one small field of the events in the rows that hold or hash many. */
export type CountEvent = { readonly type: 'INC'; readonly by?: number }

/** The counter. */
export const counter: Machine<Count, CountEvent> = defineMachine<Count, CountEvent>({
  name: 'counter',
  version: '1',
  initial: { count: 0 },
  on: { INC: ({ count }) => ({ count: count + 1 }) },
})

/** The counter that also emits each count. */
export const speaking: Machine<Count, CountEvent, Count> = defineMachine<Count, CountEvent, Count>({
  name: 'speaking-counter',
  version: '1',
  initial: { count: 0 },
  on: {
    INC: ({ count }, _event, emit) => {
      emit({ count: count + 1 })
      return { count: count + 1 }
    },
  },
})
