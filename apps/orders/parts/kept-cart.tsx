'use client'

// What this browser keeps of its cart beside the run: which cart it is, and how many lamps are in it. Reading that opens no run.

import { useSyncExternalStore } from 'react'

const NUMBER = 'cart-number'
const COUNT = 'cart-count'

function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener)
  return () => window.removeEventListener('storage', listener)
}

const kept = (key: string): number => Number(localStorage.getItem(key))

function useKept(key: string): number {
  return useSyncExternalStore(
    subscribe,
    () => kept(key),
    () => 0,
  )
}

function keep(key: string, value: number): void {
  if (value === kept(key)) return
  localStorage.setItem(key, String(value))
  // Other tabs get this event from the browser.
  window.dispatchEvent(new Event('storage'))
}

export const useCartNumber = (): number => useKept(NUMBER)

export const useCartCount = (): number => useKept(COUNT)

export const keepCartCount = (count: number): void => keep(COUNT, count)

/** Begins a new cart, in all tabs. */
export function beginNewCart(): void {
  keep(NUMBER, kept(NUMBER) + 1)
  keep(COUNT, 0)
}
