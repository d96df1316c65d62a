import { assign, fromPromise, setup } from 'xstate'

export const checkout = setup({
  types: {
    context: {} as { order: string; tries: number; receipt: string; parcel: string },
    events: {} as { type: 'CANCEL' },
    input: {} as { order: string },
  },
  actors: {
    pay: fromPromise<string, string>(() => Promise.reject(new Error('provide an actor that pays'))),
    pack: fromPromise<string, string>(() => Promise.reject(new Error('provide an actor that packs'))),
  },
  delays: { backOff: ({ context }) => 1000 * 2 ** context.tries },
}).createMachine({
  id: 'checkout',
  version: '1',
  context: ({ input }) => ({ order: input.order, tries: 0, receipt: '', parcel: '' }),
  initial: 'underway',
  states: {
    underway: {
      type: 'parallel',
      on: { CANCEL: 'cancelled' },
      states: {
        payment: {
          initial: 'asking',
          states: {
            asking: {
              entry: assign({ tries: ({ context }) => context.tries + 1 }),
              invoke: {
                src: 'pay',
                input: ({ context }) => context.order,
                onDone: { target: 'paid', actions: assign({ receipt: ({ event }) => event.output }) },
                onError: [
                  { guard: ({ context }) => context.tries === 3, target: '#checkout.failed' },
                  { target: 'waiting' },
                ],
              },
            },
            waiting: { after: { backOff: 'asking' } },
            paid: { type: 'final' },
          },
        },
        shipping: {
          initial: 'packing',
          states: {
            packing: {
              invoke: {
                src: 'pack',
                input: ({ context }) => context.order,
                onDone: { target: 'packed', actions: assign({ parcel: ({ event }) => event.output }) },
                onError: '#checkout.failed',
              },
            },
            packed: { type: 'final' },
          },
        },
      },
      onDone: 'done',
    },
    done: { type: 'final' },
    failed: { type: 'final' },
    cancelled: { type: 'final' },
  },
})
