// Stores whose leases outlast a stall of the machine.

import { memoryStore, type RunStore } from '@xmachines/core/store'

/** Milliseconds. A page takes leases of 10 s: one that runs out while the machine stands still has its outputs handled again. */
const LASTING = 120_000

/** A store in memory that lends each lease for long enough. */
export function lastingStore(): RunStore {
  const store = memoryStore()
  return { ...store, lease: (id, options) => store.lease(id, { ...options, ttl: LASTING }) }
}
