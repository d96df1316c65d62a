// The machine of an order, from the empty cart to the refund. The browser, the server and the tests use this very file.

import { defineMachine, refuse, to } from '@xmachines/core'
import { catalogue, type Sku } from './catalogue.ts'
import { type EventType, events, MOST, type OrderEvent } from './events.ts'
import { type Line, totalOf } from './lines.ts'
import { addMoney, formatMoney, type Money, NOTHING, subtractMoney } from './money.ts'

/** Refunds above this are approved by somebody else. */
export const REFUND_LIMIT: Money = { cents: 10_000, currency: 'EUR' }

/** What every order has once it was placed. */
interface Placed {
  readonly lines: readonly Line[]
  readonly total: Money
  readonly placedAt: number
  /** The key of the personal data, which are not here. */
  readonly customer: string
  /** Payments are numbered, so that the provider knows a second try from a second payment. */
  readonly attempt: number
}

interface Paid extends Placed {
  readonly payment: string
  readonly refunded: Money
}

interface Refund {
  readonly amount: Money
  readonly reason: string
  readonly askedBy: string
}

/** Where an order was when a refund was asked for, and goes on afterwards. */
type Before = 'packing' | 'shipping' | 'shipped'

export type Order =
  | { readonly at: 'cart'; readonly lines: readonly Line[] }
  | ({ readonly at: 'paying' } & Placed)
  /** `isSure` says that the provider has declined; otherwise it did not answer, and may have the money. */
  | ({ readonly at: 'unpaid'; readonly why: string; readonly isSure: boolean } & Placed)
  | ({ readonly at: 'cancelling' } & Placed)
  | ({ readonly at: 'cancelled' } & Placed)
  | ({ readonly at: Before } & Paid)
  | ({ readonly at: 'reviewing'; readonly before: Before; readonly refund: Refund } & Paid)
  | ({ readonly at: 'refunding'; readonly before: Before; readonly refund: Refund } & Paid)
  | ({ readonly at: 'refunded' } & Paid)

/** What the shop is to do. `openHost` handles each once, under the lease of the order. */
export type OrderOutput =
  | { readonly type: 'charge'; readonly attempt: number; readonly amount: Money }
  | { readonly type: 'void'; readonly attempt: number }
  | { readonly type: 'refund'; readonly payment: string; readonly amount: Money }
  | { readonly type: 'slip'; readonly lines: readonly Line[]; readonly customer: string }
  | {
      readonly type: 'mail'
      readonly about: 'placed' | 'cancelled' | 'shipped' | 'refunded'
      readonly customer: string
    }

type Emit = (output: OrderOutput) => void
type EventOf<Type extends EventType> = Extract<OrderEvent, { type: Type }>

function setLine(lines: readonly Line[], sku: Sku, count: number): Line[] {
  if (count > MOST) refuse(`At most ${MOST} of ${catalogue[sku].name} go into one order.`)
  if (!lines.some((line) => line.sku === sku)) return count === 0 ? [...lines] : [...lines, { sku, count }]
  return lines.map((line) => (line.sku === sku ? { sku, count } : line)).filter((line) => line.count > 0)
}

/** What is left to refund. */
export function refundable({ total, refunded }: Pick<Paid, 'total' | 'refunded'>): Money {
  return subtractMoney(total, refunded)
}

/** A refund up to the limit is made at once; a greater one waits for somebody who approves it. */
function askRefund(order: Paid, before: Before, { amount, reason, by }: EventOf<'ASK_REFUND'>, emit: Emit) {
  const most = refundable(order)
  if (amount.cents > most.cents) refuse(`At most ${formatMoney(most)} can be refunded.`)
  const { lines, total, placedAt, customer, attempt, payment, refunded } = order
  const asked = {
    lines,
    total,
    placedAt,
    customer,
    attempt,
    payment,
    refunded,
    before,
    refund: { amount, reason, askedBy: by },
  }
  if (amount.cents > REFUND_LIMIT.cents) return { at: 'reviewing' as const, ...asked }
  emit({ type: 'refund', payment, amount })
  return { at: 'refunding' as const, ...asked }
}

/** The provider may have the money already. It says so, and gives it back. */
function cancel({ lines, total, placedAt, customer, attempt }: Placed, _event: unknown, emit: Emit) {
  emit({ type: 'void', attempt })
  return { at: 'cancelling' as const, lines, total, placedAt, customer, attempt }
}

export const order = defineMachine<Order, OrderEvent, OrderOutput>({
  name: 'order',
  version: '1',
  initial: { at: 'cart', lines: [] },
  states: {
    cart: {
      ADD: to(['cart'], ({ lines }, { sku }) => {
        const count = lines.find((line) => line.sku === sku)?.count ?? 0
        return { at: 'cart', lines: setLine(lines, sku, count + 1) }
      }),
      SET: to(['cart'], ({ lines }, { sku, count }) => ({ at: 'cart', lines: setLine(lines, sku, count) })),
      PLACE: to(['paying'], ({ lines }, { customer, when }, emit) => {
        if (lines.length === 0) refuse('The cart is empty.')
        const total = totalOf(lines)
        emit({ type: 'charge', attempt: 1, amount: total })
        return { at: 'paying', lines, total, placedAt: when, customer, attempt: 1 }
      }),
    },
    paying: {
      PAID: to(['packing'], (order, { payment }, emit) => {
        const { lines, customer } = order
        emit({ type: 'mail', about: 'placed', customer })
        emit({ type: 'slip', lines, customer })
        return { ...order, at: 'packing', payment, refunded: NOTHING }
      }),
      DECLINED: to(['unpaid'], (order, { why }) => ({ ...order, at: 'unpaid', why, isSure: true })),
      NO_ANSWER: to(['unpaid'], (order) => {
        return { ...order, at: 'unpaid', why: 'The payment provider did not answer in time.', isSure: false }
      }),
      CANCEL: to(['cancelling'], cancel),
    },
    unpaid: {
      RETRY: to(['paying'], ({ lines, total, placedAt, customer, attempt, isSure }, _event, emit) => {
        // Without an answer it is the same payment, so that nobody pays twice.
        const next = isSure ? attempt + 1 : attempt
        emit({ type: 'charge', attempt: next, amount: total })
        return { at: 'paying', lines, total, placedAt, customer, attempt: next }
      }),
      CANCEL: to(['cancelling'], cancel),
    },
    cancelling: {
      VOIDED: to(['cancelled'], (order, _event, emit) => {
        emit({ type: 'mail', about: 'cancelled', customer: order.customer })
        return { ...order, at: 'cancelled' }
      }),
    },
    cancelled: {},
    packing: {
      PACK: to(['shipping'], (order) => ({ ...order, at: 'shipping' })),
      ASK_REFUND: to(['reviewing', 'refunding'], (order, event, emit) => askRefund(order, 'packing', event, emit)),
    },
    shipping: {
      SHIP: to(['shipped'], (order, _event, emit) => {
        emit({ type: 'mail', about: 'shipped', customer: order.customer })
        return { ...order, at: 'shipped' }
      }),
      ASK_REFUND: to(['reviewing', 'refunding'], (order, event, emit) => askRefund(order, 'shipping', event, emit)),
    },
    shipped: {
      ASK_REFUND: to(['reviewing', 'refunding'], (order, event, emit) => askRefund(order, 'shipped', event, emit)),
    },
    reviewing: {
      // Whoever asked may ask for something else. Then an approval of the former is refused, since it names another head.
      ASK_REFUND: to(['reviewing', 'refunding'], (order, event, emit) => askRefund(order, order.before, event, emit)),
      APPROVE: to(['refunding'], (order, { by }, emit) => {
        if (by === order.refund.askedBy) refuse('Whoever asks for a refund cannot approve it.')
        emit({ type: 'refund', payment: order.payment, amount: order.refund.amount })
        return { ...order, at: 'refunding' }
      }),
      REJECT: to(['packing', 'shipping', 'shipped'], ({ before, refund: _refund, ...order }) => ({
        ...order,
        at: before,
      })),
    },
    refunding: {
      REFUNDED: to(
        ['refunded', 'packing', 'shipping', 'shipped'],
        ({ before, refund: { amount }, ...order }, _event, emit) => {
          emit({ type: 'mail', about: 'refunded', customer: order.customer })
          const refunded = addMoney(order.refunded, amount)
          return { ...order, refunded, at: refunded.cents === order.total.cents ? 'refunded' : before }
        },
      ),
    },
    refunded: {},
  },
  final: ['cancelled', 'refunded'],
  events,
  unhandled: 'refuse',
})

/** What a list shows of an order. It has nothing of the customer. */
export interface Summary {
  readonly articles: string
  readonly total: Money
  readonly placedAt: number | undefined
}

export function summaryOf(state: Order): Summary {
  const articles = state.lines.map(({ sku, count }) => `${count === 1 ? '' : `${count} × `}${catalogue[sku].name}`)
  const placedAt = state.at === 'cart' ? undefined : state.placedAt
  return { articles: articles.join(', '), total: totalOf(state.lines), placedAt }
}
