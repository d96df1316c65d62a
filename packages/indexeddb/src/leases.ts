// The leases of runs in IndexedDB: by Web Locks, or by the clock if a page has none. They are loaded once a lease is asked for,
// since many pages that keep a run handle no outputs.

import { type LeaseRecord, leaseKeeper, type RunStore } from '@xmachines/core/store'
import { hasWebLocks, takeWebLock, untilUnlocked } from './web-lock-lease.ts'

/** The leases of one store. */
export type Leases = Required<Pick<RunStore, 'lease' | 'untilFree'>>

/** What the database keeps of leases. */
export interface LeaseRows {
  read(id: string): Promise<LeaseRecord>
  /** Replaces what is kept, unless the change gives nothing. Says whether it did. */
  change(id: string, change: (lease: LeaseRecord) => LeaseRecord | undefined): Promise<boolean>
}

/** @param name the name of the database, which the locks share */
export function openLeases(name: string, { read, change }: LeaseRows): Leases {
  const lockOf = (id: string): string => `xmachines:${name}:${id}`
  const settled = {
    read: async (id: string) => (await read(id)).settled,
    write: async (id: string, position: number) => {
      await change(id, (lease) => ({ ...lease, settled: position }))
    },
  }
  // A page that is not secure has no Web Locks.
  const timed = leaseKeeper({
    read,
    swap: (id, expectedBeat, next) => change(id, ({ beat }) => (beat === expectedBeat ? next : undefined)),
  })
  return {
    lease: (id, options) => (hasWebLocks() ? takeWebLock(lockOf(id), id, settled) : timed.take(id, options)),
    untilFree: (id, signal) => (hasWebLocks() ? untilUnlocked(lockOf(id), signal) : untilAborted(signal)),
  }
}

/** Nobody is notified of a lease that is given back without Web Locks. Whoever waits for it asks again from time to time. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
