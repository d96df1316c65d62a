// What was ordered, what it costs, and for whom it is.

import { catalogue } from '../order/catalogue.ts'
import { formatMoney } from '../order/money.ts'
import { type Order, totalOf } from '../order/order.ts'
import { Lamp } from './lamp.tsx'

export function Receipt({ state, person }: { state: Order; person: readonly string[] | undefined }) {
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
      {person !== undefined && (
        <address>
          {person.map((line) => (
            <span key={line}>{line}</span>
          ))}
        </address>
      )}
    </section>
  )
}
