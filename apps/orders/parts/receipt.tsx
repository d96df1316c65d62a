// What was ordered, what it costs, and for whom it is.

import { catalogue } from '../order/catalogue.ts'
import { totalOf } from '../order/lines.ts'
import { formatMoney } from '../order/money.ts'
import type { Order } from '../order/order.ts'
import { forgetMe } from '../server/actions.ts'
import type { Person } from '../server/people.ts'
import { Lamp } from './lamp.tsx'

interface ReceiptProps {
  readonly state: Order
  readonly id: string
  readonly person: Person | undefined
  /** `customer` for the one whose order it is, a name for the staff, undefined for whoever has the link. */
  readonly by: string | undefined
}

export function Receipt({ state, id, person, by }: ReceiptProps) {
  return (
    <section className="card" aria-labelledby="receipt-title">
      <h2 id="receipt-title">What is in it</h2>
      <ul className="lines">
        {state.lines.map((line) => (
          <li key={line.sku}>
            <div className="picture small">
              <Lamp shape={catalogue[line.sku].shape} />
            </div>
            <strong>{catalogue[line.sku].name}</strong>
            <span className="each">× {line.count}</span>
            <span className="price">{formatMoney(totalOf([line]))}</span>
          </li>
        ))}
        <li className="total">
          <span>Total</span>
          <span className="price">{formatMoney(totalOf(state.lines))}</span>
        </li>
        {'refunded' in state && state.refunded.cents > 0 && (
          <li className="total">
            <span>Sent back</span>
            <span className="price">{formatMoney({ ...state.refunded, cents: -state.refunded.cents })}</span>
          </li>
        )}
      </ul>
      {person === undefined ? (
        <p className="note">
          {by === undefined
            ? 'Only the customer and the staff see the name and address.'
            : 'Name and address are deleted.'}
        </p>
      ) : (
        <address>
          <span>{person.name}</span>
          <span>{person.address}</span>
          <span>{person.email}</span>
        </address>
      )}
      {by === 'customer' && person !== undefined && (
        <form action={forgetMe}>
          <input type="hidden" name="id" value={id} />
          <button type="submit" className="link">
            Delete my name and address
          </button>
        </form>
      )}
    </section>
  )
}
