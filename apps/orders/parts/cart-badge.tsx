'use client'

// How much is in the cart, in the header of every page.

import { useSend, useSnapshot } from '@xmachines/react'
import { useEffect, useRef } from 'react'
import type { Line } from '../order/order.ts'
import { forgetCart } from '../server/actions.ts'
import { Cart, type CartRun } from './use-cart.tsx'

const countOf = (lines: readonly Line[]): number => lines.reduce((sum, { count }) => sum + count, 0)

/** @param given what was put into the cart while the browser had no script */
export function CartBadge({ given }: { given: readonly Line[] }) {
  return <Cart fallback={<Count count={countOf(given)} />}>{(run) => <LiveCount run={run} given={given} />}</Cart>
}

function LiveCount({ run, given }: { run: CartRun; given: readonly Line[] }) {
  const send = useSend(run)
  const taken = useRef(false)
  useEffect(() => {
    if (given.length === 0 || taken.current) return
    taken.current = true
    send(given.map(({ sku, count }) => ({ type: 'SET', sku, count })))
    void forgetCart()
  }, [given, send])
  return <Count count={useSnapshot(run, ({ state }) => (state.at === 'cart' ? countOf(state.lines) : 0))} />
}

function Count({ count }: { count: number }) {
  return count === 0 ? null : <span className="count">{count}</span>
}
