// What is in an order. It is apart from the machine, for pages that only show it.

import { catalogue, type Sku } from './catalogue.ts'
import { addMoney, type Money, NOTHING } from './money.ts'

export interface Line {
  readonly sku: Sku
  readonly count: number
}

export function totalOf(lines: readonly Line[]): Money {
  return lines.reduce<Money>(
    (sum, { sku, count }) => addMoney(sum, { ...NOTHING, cents: catalogue[sku].price.cents * count }),
    NOTHING,
  )
}

/** How many articles they are. */
export function countOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { count }) => sum + count, 0)
}
