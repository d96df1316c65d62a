// Known customers, whose orders a batch fills in at once. The second card number lacks four digits, and for the third
// card the gateway gives a wrong answer.

import type { Checkout, CheckoutEvent } from './checkout.ts'
import { WRONG_ANSWER_CARD } from './gateway.ts'
import { FIELDS, type FormStep, type Order } from './order.ts'

export const CUSTOMERS: readonly Order[] = [
  {
    name: 'Ada Lovelace',
    street: '12 St James’s Square',
    city: 'SW1Y 4JH London',
    shipping: 'courier',
    email: 'ada@example.com',
    card: '4242 4242 4242 4242',
  },
  {
    name: 'Grace Hopper',
    street: '1 Navy Yard',
    city: 'VA 22202 Arlington',
    shipping: 'post',
    email: 'grace@example.com',
    card: '5555 5555 5555',
  },
  {
    name: 'Alan Turing',
    street: '78 High Street',
    city: 'TW12 2PP Hampton',
    shipping: 'post',
    email: 'alan@example.com',
    card: WRONG_ANSWER_CARD,
  },
]

/**
 * The events that fill in every step and pay, from any step of the checkout. As one batch they are applied together or
 * not at all.
 */
export function payAs(customer: Order, at: Checkout['at']): readonly CheckoutEvent[] {
  const back: readonly CheckoutEvent[] = { delivery: [], payment: [BACK], review: [BACK, BACK], paying: [], paid: [] }[
    at
  ]
  return [
    ...back,
    ...editsOf('delivery', customer),
    { type: 'SHIP', by: customer.shipping },
    { type: 'NEXT' },
    ...editsOf('payment', customer),
    { type: 'NEXT' },
    { type: 'PAY' },
  ]
}

const BACK: CheckoutEvent = { type: 'BACK' }

function editsOf(step: FormStep, customer: Order): readonly CheckoutEvent[] {
  return FIELDS[step].map((field) => ({ type: 'EDIT', field, text: customer[field] }))
}
