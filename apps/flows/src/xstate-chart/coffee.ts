// A coffee machine as a chart of XState: it heats water and grinds beans at the same time.

import { assign, fromPromise, setup } from 'xstate'

export const coffee = setup({
  types: { context: {} as { grams: number }, events: {} as { type: 'START' } | { type: 'TAKE' } },
  actors: {
    grind: fromPromise(async ({ input, signal }: { input: number; signal: AbortSignal }) => {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 1000)
        signal.addEventListener('abort', () => clearTimeout(timer))
      })
      return input
    }),
  },
}).createMachine({
  id: 'coffee',
  version: '1',
  context: { grams: 0 },
  initial: 'off',
  states: {
    off: { on: { START: 'making' } },
    making: {
      type: 'parallel',
      states: {
        water: { initial: 'heating', states: { heating: { after: { 3000: 'hot' } }, hot: { type: 'final' } } },
        beans: {
          initial: 'grinding',
          states: {
            grinding: {
              invoke: {
                src: 'grind',
                input: 18,
                onDone: { target: 'ground', actions: assign({ grams: ({ event }) => event.output }) },
              },
            },
            ground: { type: 'final' },
          },
        },
      },
      onDone: 'ready',
    },
    ready: { on: { TAKE: { target: 'off', actions: assign({ grams: 0 }) } } },
  },
})
