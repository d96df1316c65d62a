import { randomUUID } from 'node:crypto'
import { readRun } from '@xmachines/http/next'
import type { Metadata } from 'next'
import { order } from '../../order/order.ts'
import { CartView } from '../../parts/cart-view.tsx'
import { who } from '../../server/session.ts'
import { shop } from '../../server/shop.ts'

export const metadata: Metadata = { title: 'Cart' }

export default async function CartPage() {
  const { cart } = await who()
  const found = cart === undefined ? undefined : await readRun((await shop()).host, order, cart)
  const { run: id = '', head = '', state } = found?.snapshot ?? {}
  return (
    <>
      <h1>Your cart</h1>
      <CartView formKey={randomUUID()} given={state?.at === 'cart' ? { id, head, lines: state.lines } : undefined} />
    </>
  )
}
