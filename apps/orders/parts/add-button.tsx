'use client'

// Puts an article into the cart: in this browser, or by a form if there is no script. The cart is loaded when a button is
// pointed at, since most visitors only look.

import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { catalogue, type Sku } from '../order/catalogue.ts'
import { changeCart } from '../server/actions.ts'
import type { CartRun } from './use-cart.tsx'
import { useLoaded } from './use-loaded.tsx'

const loadCart = () => import('./use-cart.tsx')
const never = () => () => undefined

export function AddButton({ sku }: { sku: Sku }) {
  const [cart, load] = useLoaded(loadCart)
  /** How many were asked for, and how many of them are in the cart. */
  const [{ asked, added }, setCounts] = useState({ asked: 0, added: 0 })
  const [{ said, isRefused }, say] = useState({ said: '', isRefused: false })
  const hasScript = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault()
    setCounts((counts) => ({ ...counts, asked: counts.asked + 1 }))
    await load().catch(() => {
      setCounts((counts) => ({ ...counts, asked: counts.added }))
      say({ said: 'The shop cannot be reached. Please try again.', isRefused: true })
    })
  }
  function onAdded(reason: string | undefined): void {
    setCounts((counts) => ({ ...counts, added: counts.added + 1 }))
    say({ said: reason ?? `${catalogue[sku].name} is in your cart.`, isRefused: reason !== undefined })
  }
  // A click says why it fails.
  const prepare = (): void => void load().catch(() => undefined)
  return (
    <form action={changeCart} onSubmit={(event) => void add(event)}>
      <input type="hidden" name="type" value="ADD" />
      <input type="hidden" name="sku" value={sku} />
      <button
        type="submit"
        className="quiet"
        aria-label={`Add to cart: ${catalogue[sku].name}`}
        onPointerEnter={prepare}
        onFocus={prepare}
      >
        Add to cart
      </button>
      {hasScript && <output className={isRefused ? 'said not' : 'said'}>{said}</output>}
      {cart && (
        <cart.Cart fallback={null}>
          {(run) => added < asked && <Add key={added} run={run} sku={sku} onAdded={onAdded} />}
        </cart.Cart>
      )}
    </form>
  )
}

/** Puts one article into the cart. */
function Add({ run, sku, onAdded }: { run: CartRun; sku: Sku; onAdded: (reason: string | undefined) => void }) {
  const isDone = useRef(false)
  useEffect(() => {
    if (isDone.current) return
    isDone.current = true
    onAdded(run.in.send({ type: 'ADD', sku })?.reason)
  }, [run, sku, onAdded])
  return null
}
