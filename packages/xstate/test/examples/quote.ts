import { createRun, handleOutputs, waitFor } from '@xmachines/core'
import { fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import { assign, fromPromise, setup } from 'xstate'

const quote = setup({
  actors: { ask: fromPromise(async ({ input }: { input: string }) => input.length) },
}).createMachine({
  id: 'quote',
  version: '1',
  context: { price: 0 },
  initial: 'waiting',
  states: {
    waiting: { after: { 10: 'asking' } },
    asking: {
      invoke: {
        src: 'ask',
        input: 'ACME',
        onDone: { target: 'known', actions: assign({ price: ({ event }) => event.output }) },
      },
    },
    known: { type: 'final', tags: 'ready' },
  },
})

const run = createRun(fromXState(quote))
void handleOutputs(run, xstateEffects(run, quote))
const { state } = await waitFor(run, ({ status }) => status === 'done')
console.log(state.context) // {"price":4}
console.log(viewOf(quote, state).hasTag('ready')) // true
for (const record of run.toJSON().records) if ('events' in record) console.log(record.events[0]?.type)
// xstate.after.10.quote.waiting
// xstate.done.actor.0.quote.asking
