// What can happen to an order, and who may say so. What comes over the network is checked against these schemas.

import * as z from 'zod/mini'
import { skus } from './catalogue.ts'

/** More of one article is a case for a phone call. */
export const MOST = 20

export const reasons = ['It arrived broken', 'It is too late', 'I changed my mind'] as const

/** Who did it, and when by their clock. A transition reads no clock, and the history is to say both. */
const done = { by: z.string().check(z.minLength(1), z.maxLength(40)), when: z.int() }
const money = z.strictObject({ cents: z.int().check(z.positive()), currency: z.literal('EUR') })
const why = z.string().check(z.maxLength(200))
const attempt = z.int().check(z.positive())
const key = z.string().check(z.regex(/^[\w-]{1,64}$/))

export const events = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ADD'), sku: z.enum(skus) }),
  z.strictObject({ type: z.literal('SET'), sku: z.enum(skus), count: z.int().check(z.gte(0), z.lte(MOST)) }),
  // The key under which name and address are kept, beside the history.
  z.strictObject({ type: z.literal('PLACE'), customer: key, ...done }),
  z.strictObject({ type: z.literal('PAID'), attempt, payment: key, ...done }),
  z.strictObject({ type: z.literal('DECLINED'), attempt, why, ...done }),
  z.strictObject({ type: z.literal('NO_ANSWER'), attempt, ...done }),
  z.strictObject({ type: z.literal('RETRY'), ...done }),
  z.strictObject({ type: z.literal('CANCEL'), ...done }),
  z.strictObject({ type: z.literal('VOIDED'), ...done }),
  z.strictObject({ type: z.literal('PACK'), ...done }),
  z.strictObject({ type: z.literal('SHIP'), ...done }),
  z.strictObject({ type: z.literal('ASK_REFUND'), amount: money, reason: z.enum(reasons), ...done }),
  // The head that was on the screen of whoever decides.
  z.strictObject({ type: z.literal('APPROVE'), head: z.string().check(z.regex(/^[0-9a-f]{40}$/)), ...done }),
  z.strictObject({ type: z.literal('REJECT'), ...done }),
  z.strictObject({ type: z.literal('REFUNDED'), ...done }),
])

export type OrderEvent = z.infer<typeof events>
export type EventType = OrderEvent['type']

/** Who sends events of a type: a cart before it is placed, its customer, the staff, or the shop itself when an effect is done. */
export const senders: Readonly<Record<EventType, readonly ('cart' | 'customer' | 'staff' | 'shop')[]>> = {
  ADD: ['cart'],
  SET: ['cart'],
  PLACE: ['shop'],
  RETRY: ['customer', 'staff'],
  CANCEL: ['customer', 'staff'],
  ASK_REFUND: ['customer', 'staff'],
  PACK: ['staff'],
  SHIP: ['staff'],
  APPROVE: ['staff'],
  REJECT: ['staff'],
  PAID: ['shop'],
  DECLINED: ['shop'],
  NO_ANSWER: ['shop'],
  VOIDED: ['shop'],
  REFUNDED: ['shop'],
}
