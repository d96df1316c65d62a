// A checkout as a machine: details are filled in, a payment is asked for and answered. What the customer typed is the
// state. (A real shop would let its gateway have the card number and keep a token, because a history forgets nothing.)

import { defineMachine, type Emit, type Machine, to } from '@xmachines/core'

import { type Details, type Field, firstProblem } from './details.ts'

/** Where a checkout is. */
export type Checkout =
  | { readonly at: 'filling'; readonly details: Details; readonly declined?: string }
  | { readonly at: 'paying'; readonly details: Details }
  | { readonly at: 'paid'; readonly details: Details; readonly receipt: string }

/** What the customer does, and what the gateway answers. */
export type CheckoutEvent =
  | { readonly type: 'EDIT'; readonly field: Field; readonly value: string }
  | { readonly type: 'PAY' }
  | { readonly type: 'PAID'; readonly receipt: string }
  | { readonly type: 'DECLINED'; readonly reason: string }

/** What somebody outside has to do: the machine itself calls nobody. */
export type CheckoutOutput = { readonly type: 'charge'; readonly cents: number; readonly card: string }

/** What the order costs. */
export const CENTS = 4200

export const checkout: Machine<Checkout, CheckoutEvent, CheckoutOutput> = defineMachine<
  Checkout,
  CheckoutEvent,
  CheckoutOutput
>({
  name: 'checkout',
  version: '1',
  initial: { at: 'filling', details: { name: '', email: '', card: '' } },
  states: {
    filling: { EDIT: to(['filling'], edit), PAY: to(['paying'], pay) },
    paying: {
      PAID: to(['paid'], ({ details }, { receipt }) => ({ at: 'paid', details, receipt })),
      DECLINED: to(['filling'], ({ details }, { reason }) => ({ at: 'filling', details, declined: reason })),
    },
    paid: {},
  },
  final: ['paid'],
})

type At<Name extends Checkout['at']> = Extract<Checkout, { readonly at: Name }>

function edit(
  { details }: At<'filling'>,
  { field, value }: Extract<CheckoutEvent, { readonly type: 'EDIT' }>,
): At<'filling'> {
  if (field === 'card' && !/^[\d ]*$/.test(value)) throw new Error('A card number has digits and spaces alone.')
  return { at: 'filling', details: { ...details, [field]: value } }
}

function pay({ details }: At<'filling'>, _event: CheckoutEvent, emit: Emit<CheckoutOutput>): At<'paying'> {
  const problem = firstProblem(details)
  if (problem !== undefined) throw new Error(problem)
  emit({ type: 'charge', cents: CENTS, card: details.card.replaceAll(' ', '') })
  return { at: 'paying', details }
}
