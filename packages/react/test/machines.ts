// The machines for the tests of the hooks.

import { defineMachine, refuse } from '@xmachines/core'

export type CounterEvent = { type: 'INC' } | { type: 'BREAK' } | { type: 'REFUSED' }

/** Counts. It refuses `BREAK`, which is fatal, and `REFUSED`, which is not. */
export const counter = defineMachine<{ count: number }, CounterEvent, { type: 'counted'; count: number }>({
  name: 'counter',
  version: '1',
  initial: { count: 0 },
  on: {
    INC: ({ count }, _event, emit) => {
      emit({ type: 'counted', count: count + 1 })
      return { count: count + 1 }
    },
    BREAK: () => refuse('it broke'),
    REFUSED: () => refuse('not this one'),
  },
  isFatal: ({ batch }) => JSON.stringify(batch).includes('BREAK'),
})

/** Done after its second event. */
export const twice = defineMachine<{ at: 'never' } | { at: 'once' } | { at: 'twice' }, { type: 'INC' }>({
  name: 'twice',
  version: '1',
  initial: { at: 'never' },
  states: { never: { INC: 'once' }, once: { INC: 'twice' }, twice: {} },
  final: ['twice'],
})

/** A thousand counters in one state. */
export const cells = defineMachine<readonly number[], { type: 'CELL'; index: number }>({
  name: 'cells',
  version: '1',
  initial: Array.from({ length: 1000 }, () => 0),
  on: { CELL: (counts, { index }) => counts.map((count, at) => (at === index ? count + 1 : count)) },
})

/** A text field, and a count of the keystrokes. */
export const field = defineMachine<
  { text: string; typed: number },
  { type: 'TYPED'; text: string } | { type: 'COUNTED' }
>({
  name: 'field',
  version: '1',
  initial: { text: 'hello', typed: 0 },
  on: {
    TYPED: (state, { text }) => ({ ...state, text }),
    COUNTED: (state) => ({ ...state, typed: state.typed + 1 }),
  },
})
