/** Machines for the tests of this package. */
import { defineMachine, refuse } from '@xmachines/core'
import { z } from 'zod'

export type TillEvent =
  | { type: 'PAID'; cents: number }
  | { type: 'TAKEN'; cents: number }
  | { type: 'CLOSED' }
  | { type: 'BROKEN' }
  | { type: 'FATAL' }

export interface Till {
  readonly at: 'open' | 'closed'
  readonly cents: number
}

/** A till that never holds less than nothing. */
export const till = defineMachine<Till, TillEvent, never, { cents: number } | undefined>({
  name: 'till',
  version: '1',
  initial: (input) => {
    if (input !== undefined && input.cents < 0) refuse('A till does not begin with less than nothing.')
    return { at: 'open', cents: input?.cents ?? 0 }
  },
  events: z.discriminatedUnion('type', [
    z.object({ type: z.literal('PAID'), cents: z.number().int() }),
    z.object({ type: z.literal('TAKEN'), cents: z.number().int() }),
    z.object({ type: z.literal('CLOSED') }),
    z.object({ type: z.literal('BROKEN') }),
    z.object({ type: z.literal('FATAL') }),
  ]),
  on: {
    PAID: (state, { cents }) => ({ ...state, cents: state.cents + cents }),
    TAKEN: (state, { cents }) =>
      cents > state.cents
        ? refuse('Too little is there.', { left: state.cents })
        : { ...state, cents: state.cents - cents },
    CLOSED: (state) => ({ ...state, at: 'closed' }),
    BROKEN: () => {
      throw new Error('the secret of this server')
    },
    FATAL: () => {
      throw new Error('the secret of this server')
    },
  },
  unhandled: 'refuse',
  isDone: ({ at }) => at === 'closed',
  isFatal: ({ batch }) => batch?.some((event) => (event as TillEvent).type === 'FATAL') === true,
})

/** The till of a later version, which counts in other words. */
export const newTill = defineMachine<
  { readonly at: 'open'; readonly euros: number },
  { type: 'EARNED'; euros: number },
  never,
  { euros: number } | undefined
>({
  name: 'till',
  version: '2',
  initial: (input) => {
    if (input !== undefined && input.euros < 0) refuse('A till does not begin with less than nothing.')
    return { at: 'open', euros: input?.euros ?? 0 }
  },
  on: { EARNED: (state, event) => ({ ...state, euros: state.euros + event.euros }) },
})

export type OrderEvent = { type: 'PAY'; cents: number } | { type: 'PAID'; by: string }

export interface Order {
  readonly asked: number
  readonly paid: readonly string[]
}

/** An order that is charged by a handler of its outputs. */
export const order = defineMachine<Order, OrderEvent, { type: 'charge'; cents: number }>({
  name: 'order',
  version: '1.0',
  initial: { asked: 0, paid: [] },
  on: {
    PAY: (state, { cents }, emit) => {
      emit({ type: 'charge', cents })
      return { ...state, asked: state.asked + 1 }
    },
    PAID: (state, { by }) => ({ ...state, paid: [...state.paid, by] }),
  },
})

export const paid = (cents: number): TillEvent => ({ type: 'PAID', cents })
export const taken = (cents: number): TillEvent => ({ type: 'TAKEN', cents })
