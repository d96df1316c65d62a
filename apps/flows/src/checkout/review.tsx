// The last step: the whole order, a way back to each part, and the button that pays.

import type { ReactElement, ReactNode } from 'react'

import { CheckoutRun } from './checkout-run.ts'
import { euros, GOODS_CENTS, type Order, SHIPPING_CENTS, totalOf } from './order.ts'

interface ReviewProps {
  readonly order: Order
  readonly paying: boolean
}

/** The order before payment. */
export function Review({ order, paying }: ReviewProps): ReactElement {
  const send = CheckoutRun.useSend()
  const { name, street, city, shipping, email, card } = order
  return (
    <>
      <dl className="review">
        {/* Going back two steps is one batch. */}
        <Part title="Delivery" paying={paying} onChange={() => send([{ type: 'BACK' }, { type: 'BACK' }])}>
          {name}
          <br />
          {street}
          <br />
          {city}
        </Part>
        <Part title="Payment" paying={paying} onChange={() => send({ type: 'BACK' })}>
          Card ending in {card.replaceAll(' ', '').slice(-4)}
          <br />
          Receipt to {email}
        </Part>
        <div>
          <dt>Goods</dt>
          <dd className="amount">{euros(GOODS_CENTS)}</dd>
        </div>
        <div>
          <dt>{shipping === 'courier' ? 'Courier' : 'Post'}</dt>
          <dd className="amount">{SHIPPING_CENTS[shipping] === 0 ? 'free' : euros(SHIPPING_CENTS[shipping])}</dd>
        </div>
        <div className="total">
          <dt>Total</dt>
          <dd className="amount">{euros(totalOf(order))}</dd>
        </div>
      </dl>
      <div className="step-buttons">
        <button type="button" disabled={paying} onClick={() => send({ type: 'BACK' })}>
          Back
        </button>
        <button
          type="button"
          className="primary"
          aria-disabled={paying}
          onClick={() => {
            if (!paying) send({ type: 'PAY' })
          }}
        >
          {paying ? 'Paying…' : `Pay ${euros(totalOf(order))}`}
        </button>
      </div>
    </>
  )
}

interface PartProps {
  readonly title: string
  readonly paying: boolean
  readonly onChange: () => void
  readonly children: ReactNode
}

function Part({ title, paying, onChange, children }: PartProps): ReactElement {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
      <dd>
        <button type="button" className="change" disabled={paying} onClick={onChange}>
          Change<span className="unseen"> {title.toLowerCase()}</span>
        </button>
      </dd>
    </div>
  )
}
