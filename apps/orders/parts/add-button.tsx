'use client'

// Puts an article into the cart: in this browser, or by a form if there is no script.

import { useSend } from '@xmachines/react'
import { type FormEvent, useState } from 'react'
import { catalogue, type Sku } from '../order/catalogue.ts'
import { changeCart } from '../server/actions.ts'
import { Cart, type CartRun } from './use-cart.tsx'

export function AddButton({ sku }: { sku: Sku }) {
  return <Cart fallback={<AddForm sku={sku} />}>{(run) => <LiveAddForm sku={sku} run={run} />}</Cart>
}

function LiveAddForm({ sku, run }: { sku: Sku; run: CartRun }) {
  const send = useSend(run)
  const [said, setSaid] = useState('')
  function add(event: FormEvent): void {
    event.preventDefault()
    setSaid(send({ type: 'ADD', sku })?.reason ?? `${catalogue[sku].name} is in your cart.`)
  }
  return <AddForm sku={sku} onSubmit={add} said={said} />
}

function AddForm(props: { sku: Sku; onSubmit?: (event: FormEvent) => void; said?: string }) {
  const { sku, onSubmit, said } = props
  return (
    <form action={changeCart} onSubmit={onSubmit}>
      <input type="hidden" name="type" value="ADD" />
      <input type="hidden" name="sku" value={sku} />
      <button type="submit" className="quiet" aria-label={`Add to cart: ${catalogue[sku].name}`}>
        Add to cart
      </button>
      <output className="said">{said}</output>
    </form>
  )
}
