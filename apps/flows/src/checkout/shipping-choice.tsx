// A choice of two kinds of shipping, each with its price.

import { type ReactElement, useId } from 'react'

import { CheckoutRun } from './checkout-run.ts'
import { euros, SHIPPING_CENTS, type Shipping } from './order.ts'

/** Two radio buttons. */
export function ShippingChoice({ shipping }: { readonly shipping: Shipping }): ReactElement {
  const send = CheckoutRun.useSend()
  const name = useId()
  return (
    <fieldset className="shipping">
      <legend>Shipping</legend>
      {choices.map(({ by, label, days }) => (
        <label key={by}>
          <input type="radio" name={name} checked={by === shipping} onChange={() => send({ type: 'SHIP', by })} />
          <span>
            <strong>{label}</strong> <span className="quiet">{days}</span>
          </span>
          <span className="amount">{SHIPPING_CENTS[by] === 0 ? 'free' : euros(SHIPPING_CENTS[by])}</span>
        </label>
      ))}
    </fieldset>
  )
}

const choices: readonly { readonly by: Shipping; readonly label: string; readonly days: string }[] = [
  { by: 'post', label: 'Post', days: 'in three days' },
  { by: 'courier', label: 'Courier', days: 'tomorrow' },
]
