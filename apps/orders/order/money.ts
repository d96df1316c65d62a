// Amounts are whole cents with their currency. Nothing computes with fractions.

/** An amount of money. */
export interface Money {
  readonly cents: number
  readonly currency: 'EUR'
}

export const NOTHING: Money = { cents: 0, currency: 'EUR' }

/** An amount as people read it. The locale is fixed, so server and browser write the same. */
export function formatMoney({ cents, currency }: Money): string {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency }).format(cents / 100).replace('-', '−')
}

export function addMoney(one: Money, other: Money): Money {
  return { cents: one.cents + other.cents, currency: one.currency }
}

export function subtractMoney(from: Money, amount: Money): Money {
  return { cents: from.cents - amount.cents, currency: from.currency }
}
