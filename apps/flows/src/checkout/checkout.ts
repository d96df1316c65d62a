// A checkout as a machine: the customer fills in an order step by step and pays. Every state contains the texts that
// the customer typed, so going back loses nothing. (A real shop would give the card number to its gateway and keep only
// a token, because a history forgets nothing.)

import { defineMachine, type Emit, type Machine, refuse, to } from '@xmachines/core'

import { euros, FIELDS, type Field, type FormStep, firstProblem, type Order, type Shipping, totalOf } from './order.ts'

/** The states of a checkout. */
export type Checkout =
  | { readonly at: 'delivery'; readonly order: Order }
  | { readonly at: 'payment'; readonly order: Order; readonly declined?: string }
  | { readonly at: 'review'; readonly order: Order }
  | { readonly at: 'paying'; readonly order: Order }
  | { readonly at: 'paid'; readonly order: Order; readonly receipt: string }

/** The actions of the customer, and the answers of the gateway. */
export type CheckoutEvent =
  | { readonly type: 'EDIT'; readonly field: Field; readonly text: string }
  | { readonly type: 'SHIP'; readonly by: Shipping }
  | { readonly type: 'NEXT' }
  | { readonly type: 'BACK' }
  | { readonly type: 'PAY' }
  | { readonly type: 'PAID'; readonly cents: number; readonly receipt: string }
  | { readonly type: 'DECLINED'; readonly reason: string }

/** Asks code outside of the machine to charge the card. */
export type CheckoutOutput = { readonly type: 'charge'; readonly cents: number; readonly card: string }

export const checkout: Machine<Checkout, CheckoutEvent, CheckoutOutput> = defineMachine<
  Checkout,
  CheckoutEvent,
  CheckoutOutput
>({
  name: 'checkout',
  version: '2',
  initial: { at: 'delivery', order: { name: '', street: '', city: '', shipping: 'post', email: '', card: '' } },
  states: {
    delivery: {
      EDIT: to(['delivery'], ({ order }, event) => ({ at: 'delivery', order: edit('delivery', order, event) })),
      SHIP: to(['delivery'], ({ order }, { by }) => ({ at: 'delivery', order: { ...order, shipping: by } })),
      NEXT: to(['payment'], ({ order }) => ({ at: 'payment', order: complete('delivery', order) })),
    },
    payment: {
      EDIT: to(['payment'], ({ order }, event) => ({ at: 'payment', order: edit('payment', order, event) })),
      BACK: to(['delivery'], ({ order }) => ({ at: 'delivery', order })),
      NEXT: to(['review'], ({ order }) => ({ at: 'review', order: complete('payment', order) })),
    },
    review: {
      BACK: to(['payment'], ({ order }) => ({ at: 'payment', order })),
      PAY: to(['paying'], pay),
    },
    paying: {
      PAID: to(['paid'], confirm),
      DECLINED: to(['payment'], ({ order }, { reason }) => ({ at: 'payment', order, declined: reason })),
    },
    paid: {},
  },
  final: ['paid'],
  // The answer of the gateway was impossible. The real charge is unknown, so the checkout must not continue.
  isFatal: ({ code, batch, index = 0 }) =>
    code === 'REFUSED' && (batch?.[index] as CheckoutEvent | undefined)?.type === 'PAID',
})

type At<Name extends Checkout['at']> = Extract<Checkout, { readonly at: Name }>
type EventOf<Type extends CheckoutEvent['type']> = Extract<CheckoutEvent, { readonly type: Type }>

function edit(step: FormStep, order: Order, { field, text }: EventOf<'EDIT'>): Order {
  if (!FIELDS[step].includes(field)) refuse(`This step does not ask for the ${field}.`)
  if (field === 'card' && !/^[\d ]*$/.test(text)) refuse('A card number has only digits and spaces.')
  return { ...order, [field]: text }
}

/** Refuses to leave an incomplete step, so that later steps can rely on its texts. */
function complete(step: FormStep, order: Order): Order {
  const first = firstProblem(step, order)
  if (first !== undefined) refuse(first.problem)
  return order
}

function pay({ order }: At<'review'>, _event: CheckoutEvent, emit: Emit<CheckoutOutput>): At<'paying'> {
  emit({ type: 'charge', cents: totalOf(order), card: order.card.replaceAll(' ', '') })
  return { at: 'paying', order }
}

function confirm({ order }: At<'paying'>, { cents, receipt }: EventOf<'PAID'>): At<'paid'> {
  const total = totalOf(order)
  if (cents !== total) {
    refuse(`The gateway says that it charged ${euros(cents)} instead of ${euros(total)}.`)
  }
  return { at: 'paid', order, receipt }
}
