// Leases by Web Locks: a tab that is closed or crashes gives its lock back at once, and no clock is needed. So does one that is
// frozen, or kept for the way back: it takes the lease again when it runs.

import { type Lease, StoreError } from '@xmachines/core/store'
import { whenStopped } from './page-life.ts'

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
      // Such as in a frame that may not have locks.
      .catch((thrown: unknown) => reject(thrown instanceof StoreError ? thrown : unusable(id, thrown)))
  })
}

/** Resolves once the lease of a run is free, the signal aborts, or the page stops. */
export async function untilUnlocked(lock: string, signal: AbortSignal): Promise<void> {
  const stopped = new AbortController()
  // The lock would be granted to a page that cannot give it back.
  const forget = whenStopped(() => stopped.abort())
  const either = AbortSignal.any([signal, stopped.signal])
  await navigator.locks.request(lock, { signal: either }, () => undefined).catch(() => undefined)
  forget()
}

function hold(id: string, begun: number, cell: SettledCell, release: () => void): Lease {
  let settled = begun
  const ended = new AbortController()
  const forget = whenStopped(() => end('was given back, because the page was frozen or left'))

  function end(why: string): void {
    forget()
    ended.abort(new StoreError('LEASE_LOST', `the lease of the run ${id} ${why}; take it again to continue`))
    release()
  }

  return {
    get settled() {
      return settled
    },
    signal: ended.signal,
    async renew() {
      ended.signal.throwIfAborted()
    },
    async settle(position) {
      ended.signal.throwIfAborted()
      if (position <= settled) return
      await cell.write(id, position)
      settled = Math.max(settled, position)
    },
    async release() {
      end('was released')
    },
  }
}

function unusable(id: string, cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new StoreError(
    'UNAVAILABLE',
    `the lease of the run ${id} cannot be taken with Web Locks: ${why}; try it later`,
    {
      cause,
    },
  )
}
