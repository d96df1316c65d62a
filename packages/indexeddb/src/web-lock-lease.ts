// Leases by Web Locks: a tab that is closed or crashes gives its lock back at once, and no clock is needed.

import { type Lease, StoreError } from '@xmachines/core/store'

/** Keeps how far outputs have settled. */
export interface SettledCell {
  read(id: string): Promise<number>
  write(id: string, settled: number): Promise<void>
}

/** Whether this page has Web Locks. They need a secure context. */
export function hasWebLocks(): boolean {
  return typeof navigator !== 'undefined' && navigator.locks !== undefined
}

/** Takes the lease of a run, unless another tab has it. */
export async function takeWebLock(lock: string, id: string, cell: SettledCell): Promise<Lease | undefined> {
  const settled = await cell.read(id)
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lock, { ifAvailable: true }, async (granted) => {
        if (granted === null) {
          resolve(undefined)
          return
        }
        // The one before may have moved it until it gave the lock back.
        const latest = Math.max(settled, await cell.read(id))
        await new Promise<void>((release) => resolve(hold(id, latest, cell, release)))
      })
      .catch(reject)
  })
}

/** Resolves once the lease of a run is free, or the signal aborts. */
export async function untilUnlocked(lock: string, signal: AbortSignal): Promise<void> {
  await navigator.locks.request(lock, { signal }, () => undefined).catch(() => undefined)
}

function hold(id: string, begun: number, cell: SettledCell, release: () => void): Lease {
  let settled = begun
  const ended = new AbortController()
  const check = (): void => {
    if (!ended.signal.aborted) return
    throw new StoreError('LEASE_LOST', `the lease of the run ${id} was released; take it again before you go on`)
  }
  return {
    get settled() {
      return settled
    },
    signal: ended.signal,
    async renew() {
      check()
    },
    async settle(position) {
      check()
      if (position <= settled) return
      settled = position
      await cell.write(id, position)
    },
    async release() {
      ended.abort()
      release()
    },
  }
}
