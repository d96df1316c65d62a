'use client'

// The cart of this browser: a run in IndexedDB, which all tabs share. The one that was ordered stays there, and the next begins.

import type { SharedRun } from '@xmachines/core/store'
import { indexedDbStore } from '@xmachines/indexeddb'
import { useSnapshot } from '@xmachines/react'
import { PersistentRun } from '@xmachines/react/persistent'
import { type ReactNode, useEffect } from 'react'
import type { OrderEvent } from '../order/events.ts'
import { countOf } from '../order/lines.ts'
import { type Order, type OrderOutput, order } from '../order/order.ts'
import { keepCartCount, useCartNumber } from './kept-cart.tsx'

export type CartRun = SharedRun<Order, OrderEvent, OrderOutput>

const store = indexedDbStore({ name: 'orders' })

export function Cart({ fallback, children }: { fallback: ReactNode; children: (run: CartRun) => ReactNode }) {
  const number = useCartNumber()
  return (
    <PersistentRun key={number} machine={order} store={store} name={`cart-${number}`} fallback={fallback}>
      {(run) => <OpenCart run={run}>{children}</OpenCart>}
    </PersistentRun>
  )
}

/** Keeps how much is in the cart, for pages that do not open it. */
function OpenCart({ run, children }: { run: CartRun; children: (run: CartRun) => ReactNode }) {
  const count = useSnapshot(run, ({ state }) => (state.at === 'cart' ? countOf(state.lines) : 0))
  useEffect(() => keepCartCount(count), [count])
  return children(run)
}
