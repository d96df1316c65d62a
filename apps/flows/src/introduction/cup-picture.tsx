// A picture of an order. It is only decoration: the text beside it says the same.

import type { ReactElement } from 'react'

import type { Order } from './order.ts'

/** The most cups that are drawn. */
const MOST_CUPS = 8

/** The cups of an order, or its parcel. */
export function CupPicture({ state }: { readonly state: Order }): ReactElement {
  const cups = state.at === 'shipped' ? 0 : Math.min(state.cups, MOST_CUPS)
  return (
    <div className="cups" data-at={state.at} aria-hidden="true">
      {state.at === 'shipped' ? (
        <svg viewBox="0 0 32 32">
          <path d="M4 10 16 4l12 6v13l-12 6-12-6zM4 10l12 6 12-6M16 16v13M10 7l12 6" />
        </svg>
      ) : (
        Array.from({ length: Math.max(1, cups) }, (_, index) => (
          <svg key={index} viewBox="0 0 32 32" data-empty={cups === 0}>
            <path d="M6 12h16v9a6 6 0 0 1-6 6h-4a6 6 0 0 1-6-6zM22 14h2a4 4 0 0 1 0 8h-2M11 8V5M17 8V5" />
          </svg>
        ))
      )}
    </div>
  )
}
