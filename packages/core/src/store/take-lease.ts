// Waits for the lease of a run, however long another holds it.

import { outputCounter } from './count-outputs.ts'
import { newToken } from './new-token.ts'
import { pause } from './pause.ts'
import type { Lease, RunStore } from './run-store.ts'
import { storeErrorOf } from './store-error.ts'

/** Who takes a lease, and for how long without a sign of life. */
interface LeaseTaker {
  readonly owner?: string
  readonly ttl?: number
  readonly signal?: AbortSignal | undefined
}

/** Milliseconds after which another takes over from one that is gone. */
export const TTL = 10_000
/** Milliseconds before a store that does not answer is asked again. */
export const PAUSE = 1000

/**
 * Asks for the lease of a shared run until it is free; undefined if the signal aborts.
 * @param hasLent whether the store has answered such a question before: then it is asked again if it is away
 */
export async function takeLease(
  run: { readonly store: RunStore; readonly id: string },
  { owner = newToken(), ttl = TTL, signal }: LeaseTaker,
  hasLent = false,
): Promise<Lease | undefined> {
  const positionAt = outputCounter(run)
  let canLend = hasLent
  while (signal?.aborted !== true) {
    try {
      const lease = await run.store.lease(run.id, { owner, ttl, positionAt })
      if (lease !== undefined) return lease
      canLend = true
      await untilFree(run, ttl / 4, signal)
    } catch (thrown) {
      if (!canLend) throw thrown
      await pauseIfAway(thrown, ttl / 4, signal)
    }
  }
  return undefined
}

/** Waits if a store could not be reached; throws what it threw otherwise. */
export async function pauseIfAway(thrown: unknown, longest: number, signal: AbortSignal | undefined): Promise<void> {
  if (storeErrorOf(thrown)?.code !== 'UNAVAILABLE') throw thrown
  await pause(Math.min(PAUSE, longest), signal)
}

/** Waits for a while, or until the store says that the lease may be free. */
async function untilFree(
  { store, id }: { readonly store: RunStore; readonly id: string },
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const over = new AbortController()
  const stop = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  const waited = pause(milliseconds, stop)
  // It is only a hint: without it, the lease is asked for again after a while.
  const hinted = store.untilFree?.(id, stop).catch(() => waited) ?? waited
  await Promise.race([waited, hinted])
  over.abort()
}
