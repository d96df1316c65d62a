// Customers that the shop remembers: what a batch fills in at once. The second one's card misses four digits.

import type { CheckoutEvent } from './checkout.ts'
import { type Details, FIELDS } from './details.ts'

export const CUSTOMERS: readonly Details[] = [
  { name: 'Ada Lovelace', email: 'ada@example.com', card: '4242 4242 4242 4242' },
  { name: 'Grace Hopper', email: 'grace@example.com', card: '5555 5555 5555' },
]

/** Fills in the whole form and pays: written together, so it happens whole or not at all. */
export function payAs(customer: Details): readonly CheckoutEvent[] {
  const edits = FIELDS.map((field) => ({ type: 'EDIT', field, value: customer[field] }) as const)
  return [...edits, { type: 'PAY' }]
}
