'use client'

// The cart of this browser: a run in IndexedDB, which all tabs share. The one that was ordered stays there, and the next begins.

import type { SharedRun } from '@xmachines/core/store'
import { indexedDbStore } from '@xmachines/indexeddb'
import { PersistentRun } from '@xmachines/react/persistent'
import { type ReactNode, useSyncExternalStore } from 'react'
import type { OrderEvent } from '../order/events.ts'
import { type Order, type OrderOutput, order } from '../order/order.ts'

export type CartRun = SharedRun<Order, OrderEvent, OrderOutput>

const store = indexedDbStore({ name: 'orders' })
const NUMBER = 'cart-number'

function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener)
  return () => window.removeEventListener('storage', listener)
}

/** Begins a new cart, in all tabs. */
export function beginNewCart(): void {
  localStorage.setItem(NUMBER, String(Number(localStorage.getItem(NUMBER)) + 1))
  // Other tabs get this event from the browser.
  window.dispatchEvent(new Event('storage'))
}

export function Cart({ fallback, children }: { fallback: ReactNode; children: (run: CartRun) => ReactNode }) {
  const number = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(NUMBER) ?? '0',
    () => '0',
  )
  return (
    <PersistentRun key={number} machine={order} store={store} name={`cart-${number}`} fallback={fallback}>
      {children}
    </PersistentRun>
  )
}
