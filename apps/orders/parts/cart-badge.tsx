'use client'

// How much is in the cart, in the header of every page. The cart is opened there only if something has to be put into it.

import { useEffect, useRef } from 'react'
import { countOf, type Line } from '../order/lines.ts'
import { forgetCart } from '../server/actions.ts'
import { useCartCount } from './kept-cart.tsx'
import type { CartRun } from './use-cart.tsx'
import { useLoaded } from './use-loaded.tsx'

const loadCart = () => import('./use-cart.tsx')

/** @param given what was put into the cart while the browser had no script */
export function CartBadge({ given }: { given: readonly Line[] }) {
  const kept = useCartCount()
  const count = kept === 0 ? countOf(given) : kept
  return (
    <>
      {count > 0 && <span className="count">{count}</span>}
      {given.length > 0 && <TakeOver given={given} />}
    </>
  )
}

/** Loads the cart, and puts into it what is in the one at the server. */
function TakeOver({ given }: { given: readonly Line[] }) {
  const [cart, load] = useLoaded(loadCart)
  useEffect(() => {
    // If it fails, the cart stays at the server until the next page is loaded.
    load().catch(() => undefined)
  }, [load])
  return cart && <cart.Cart fallback={null}>{(run) => <PutIn run={run} lines={given} />}</cart.Cart>
}

function PutIn({ run, lines }: { run: CartRun; lines: readonly Line[] }) {
  const isDone = useRef(false)
  useEffect(() => {
    if (isDone.current) return
    isDone.current = true
    run.in.send(lines.map(({ sku, count }) => ({ type: 'SET', sku, count })))
    void forgetCart()
  }, [run, lines])
  return null
}
