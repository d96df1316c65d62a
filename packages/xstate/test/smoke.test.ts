import { createRun, handleOutputs, restoreRun, waitFor } from '@xmachines/core'
import { fromXState, viewOf, xstateEffects } from '@xmachines/xstate'
import { expect, test } from 'vitest'
import { assign, fromCallback, fromPromise, setup } from 'xstate'

const chart = setup({
  types: {} as {
    context: { count: number; got: number }
    events: { type: 'INC' } | { type: 'GO' } | { type: 'TICK' }
    input: { from: number }
  },
  actions: { track: (_args, _params: { what: string }) => undefined },
  actors: {
    fetch: fromPromise(async ({ input }: { input: number }) => input * 2),
    tick: fromCallback(({ sendBack }) => void sendBack({ type: 'TICK' })),
  },
}).createMachine({
  id: 'smoke',
  version: '1',
  context: ({ input }) => ({ count: input.from, got: 0 }),
  initial: 'idle',
  states: {
    idle: { on: { INC: { actions: assign({ count: ({ context }) => context.count + 1 }) }, GO: 'busy' } },
    busy: {
      entry: { type: 'track', params: { what: 'go' } },
      invoke: [
        {
          src: 'fetch',
          input: ({ context }) => context.count,
          onDone: { target: 'wait', actions: assign({ got: ({ event }) => event.output }) },
        },
        { src: 'tick' },
      ],
      on: { TICK: { actions: assign({ count: ({ context }) => context.count + 100 }) } },
    },
    wait: { after: { 10: 'end' } },
    end: { type: 'final' },
  },
})

test('smoke', async () => {
  const run = createRun(fromXState(chart), { input: { from: 1 } })
  expect(run.in.send({ type: 'INC' })).toBeUndefined()
  expect(run.state).toEqual({ value: 'idle', context: { count: 2, got: 0 }, status: 'active' })
  expect(run.in.send({ type: 'GO' })).toBeUndefined()
  console.log(JSON.stringify(run.state))
  const over = handleOutputs(run, xstateEffects(run, chart))
  over.catch((e) => console.log('over', e))
  await waitFor(run, ({ status }) => status === 'done')
  console.log(JSON.stringify(run.state), JSON.stringify(run.toJSON().records.map((r) => 'events' in r && r.events)))
  expect(viewOf(chart, run.state).matches('end')).toBe(true)
  expect(restoreRun(fromXState(chart), run.toJSON()).head).toBe(run.head)
})
