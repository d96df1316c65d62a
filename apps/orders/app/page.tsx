import { catalogue, skus } from '../order/catalogue.ts'
import { formatMoney } from '../order/money.ts'
import { AddButton } from '../parts/add-button.tsx'
import { Lamp } from '../parts/lamp.tsx'

export default function ShopPage() {
  return (
    <>
      <section className="hero">
        <h1>Light, made to order.</h1>
        <p>Six lamps, turned and wired in Cork. Yours is made when you order it, and sent within the week.</p>
      </section>
      <ul className="goods">
        {skus.map((sku) => {
          const { name, about, price, shape } = catalogue[sku]
          return (
            <li key={sku} className="card">
              <div className="picture">
                <Lamp shape={shape} />
              </div>
              <div className="row">
                <h2>{name}</h2>
                <p className="price">{formatMoney(price)}</p>
              </div>
              <p className="about">{about}</p>
              <AddButton sku={sku} />
            </li>
          )
        })}
      </ul>
    </>
  )
}
