// A picture of a parcel and a card with the texts of the order. It is only decoration: the page says the same in text.

import type { ReactElement } from 'react'

import type { Checkout } from './checkout.ts'
import './order-picture.css'

/** The parcel and the card. */
export function OrderPicture({ at, order }: Pick<Checkout, 'at' | 'order'>): ReactElement {
  const { name, street, city, shipping, card } = order
  return (
    <div className="order-picture" data-at={at} aria-hidden="true">
      <div className="parcel">
        <div className="parcel-label">
          <span className="parcel-by">{shipping}</span>
          <strong>{name}</strong>
          <span>{street}</span>
          <span>{city}</span>
        </div>
        {at === 'paid' && <div className="parcel-stamp">paid</div>}
      </div>
      <div className="card">
        <div className="card-chip" />
        <div className="card-number">{inGroups(card)}</div>
        <div className="card-owner">{name}</div>
      </div>
    </div>
  )
}

/** A card number in groups of four digits, with dots for missing ones. */
function inGroups(card: string): string {
  const digits = card.replaceAll(' ', '').slice(0, 16).padEnd(16, '•')
  return [0, 4, 8, 12].map((start) => digits.slice(start, start + 4)).join(' ')
}
