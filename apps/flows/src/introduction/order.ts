// An order of coffee as a machine: about the smallest one that has states, data, a rule and an end.

import { defineMachine, refuse, to } from '@xmachines/core'

/** An order, from the cart to the parcel. */
export type Order =
  | { readonly at: 'cart'; readonly cups: number }
  | { readonly at: 'paid'; readonly cups: number }
  | { readonly at: 'shipped' }

/** The events of an order. */
export type OrderEvent = { readonly type: 'ADD' | 'PAY' | 'REFUND' | 'SHIP' }

export const order = defineMachine<Order, OrderEvent>({
  name: 'order',
  version: '1',
  initial: { at: 'cart', cups: 0 },
  states: {
    cart: {
      ADD: to(['cart'], ({ cups }) => ({ at: 'cart', cups: cups + 1 })),
      PAY: to(['paid'], ({ cups }) => {
        if (cups === 0) refuse('The cart is empty.')
        return { at: 'paid', cups }
      }),
    },
    paid: {
      REFUND: to(['cart'], ({ cups }) => ({ at: 'cart', cups })),
      SHIP: 'shipped',
    },
    shipped: {},
  },
  final: ['shipped'],
})
