// What the shop sells. The machine computes prices from it, so a cart has none that could be changed: a new price list is a new
// version of the machine.

import type { Money } from './money.ts'

/** An article of the shop. */
export interface Article {
  readonly name: string
  readonly price: Money
  readonly about: string
  /** Which of the drawings shows it. */
  readonly shape: 'desk' | 'pendant' | 'floor' | 'table' | 'wall' | 'string'
}

const euros = (cents: number): Money => ({ cents, currency: 'EUR' })

export const catalogue = {
  vesper: {
    name: 'Vesper',
    price: euros(18_900),
    about: 'A desk lamp with a hinge that stays where you put it.',
    shape: 'desk',
  },
  mira: {
    name: 'Mira',
    price: euros(24_500),
    about: 'A pendant of spun brass, for over the table.',
    shape: 'pendant',
  },
  heron: {
    name: 'Heron',
    price: euros(41_200),
    about: 'A floor lamp on one thin leg. It reads with you.',
    shape: 'floor',
  },
  pip: {
    name: 'Pip',
    price: euros(4_900),
    about: 'A small table lamp for the last page before sleep.',
    shape: 'table',
  },
  alcove: {
    name: 'Alcove',
    price: euros(9_600),
    about: 'A wall lamp that throws its light up and down.',
    shape: 'wall',
  },
  fete: {
    name: 'Fête',
    price: euros(3_200),
    about: 'Ten bulbs on a string. Indoors or out.',
    shape: 'string',
  },
} as const satisfies Record<string, Article>

export type Sku = keyof typeof catalogue

export const skus = Object.keys(catalogue) as [Sku, ...Sku[]]
