// What is in a cart, with a control for each line.

import { catalogue, type Sku } from '../order/catalogue.ts'
import { MOST } from '../order/events.ts'
import { type Line, totalOf } from '../order/lines.ts'
import { formatMoney } from '../order/money.ts'
import { changeCart } from '../server/actions.ts'
import { Lamp } from './lamp.tsx'

export function CartLines({ lines, onSet }: { lines: readonly Line[]; onSet?: (sku: Sku, count: number) => void }) {
  return (
    <ul className="card lines">
      {lines.map((line) => (
        <li key={line.sku}>
          <div className="picture small">
            <Lamp shape={catalogue[line.sku].shape} />
          </div>
          <div>
            <strong>{catalogue[line.sku].name}</strong>
            <span className="each">{formatMoney(catalogue[line.sku].price)} each</span>
          </div>
          <Count line={line} onSet={onSet} />
          <span className="price">{formatMoney(totalOf([line]))}</span>
        </li>
      ))}
      <li className="total">
        <span>Total</span>
        <span className="price">{formatMoney(totalOf(lines))}</span>
      </li>
    </ul>
  )
}

function Count({
  line: { sku, count },
  onSet,
}: {
  line: Line
  onSet: ((sku: Sku, count: number) => void) | undefined
}) {
  const { name } = catalogue[sku]
  const button = (label: string, sign: string, next: number) => (
    <button
      type="submit"
      name="count"
      value={next}
      aria-label={`${label} ${name}`}
      disabled={next > MOST}
      onClick={press(next)}
    >
      {sign}
    </button>
  )
  const press = (next: number) =>
    onSet === undefined
      ? undefined
      : (event: { preventDefault(): void }) => {
          event.preventDefault()
          onSet(sku, next)
        }
  return (
    <form action={changeCart} className="counter">
      <input type="hidden" name="type" value="SET" />
      <input type="hidden" name="sku" value={sku} />
      {button('One less', '−', count - 1)}
      <output aria-label={`How many ${name}`}>{count}</output>
      {button('One more', '+', count + 1)}
    </form>
  )
}
