// Leases without a common clock, for any store that can compare and swap one small record a run. A taker counts the time
// to live from when it first saw the lease unchanged, by its own clock. The holder renews at a third of it.

import type { Lease, LeaseOptions } from './run-store.ts'
import { StoreError } from './store-error.ts'

/** What a store keeps of a lease. It exists as long as its run. */
export interface LeaseRecord {
  /** Who holds it; undefined if nobody does. */
  readonly owner: string | undefined
  /** Milliseconds after which it may be taken if it does not change. */
  readonly ttl: number
  /** Rises with each change. */
  readonly beat: number
  /** The position up to which every output has settled. */
  readonly settled: number
}

/** Where leases are kept. */
export interface LeaseCells {
  /**
   * @param options of the one who wants to take it
   * @throws {StoreError} `MISSING` if there is no such run
   */
  read(id: string, options?: LeaseOptions): Promise<LeaseRecord>
  /** Replaces a record whose `beat` is still the expected one. Says whether it did. */
  swap(id: string, expectedBeat: number, next: LeaseRecord): Promise<boolean>
}

/** Takes leases. */
export interface LeaseKeeper {
  take(id: string, options: LeaseOptions): Promise<Lease | undefined>
  /** Milliseconds after which a lease can be taken if it does not change; 0 if it can be taken now. */
  remaining(id: string): Promise<number>
}

/** A keeper of leases; one for each handle on a store. */
export function leaseKeeper(cells: LeaseCells, now: () => number = () => performance.now()): LeaseKeeper {
  /** The lease of each run that somebody else holds, and when it was first seen so. */
  const seen = new Map<string, { readonly beat: number; readonly at: number }>()
  return {
    async take(id, options) {
      const { owner, ttl } = options
      const current = await cells.read(id, options)
      if (remainingOf(id, current) > 0) return undefined
      const taken: LeaseRecord = { owner, ttl, beat: current.beat + 1, settled: current.settled }
      if (!(await cells.swap(id, current.beat, taken))) return undefined
      seen.delete(id)
      return hold(cells, id, taken, now)
    },
    remaining: async (id) => remainingOf(id, await cells.read(id)),
  }

  function remainingOf(id: string, { owner, beat, ttl }: LeaseRecord): number {
    if (owner === undefined) return 0
    const first = seen.get(id)
    if (first?.beat === beat) return Math.max(0, ttl - (now() - first.at))
    seen.set(id, { beat, at: now() })
    return ttl
  }
}

function hold(cells: LeaseCells, id: string, taken: LeaseRecord, now: () => number): Lease {
  let record = taken
  /** When the record was last known to be mine. Another counts from later than this. */
  let since = now()
  let timer: ReturnType<typeof setTimeout> | undefined
  /** One change at a time. */
  let last: Promise<unknown> = Promise.resolve()
  const lost = new AbortController()

  function lose(why: string): StoreError {
    clearTimeout(timer)
    const error = new StoreError('LEASE_LOST', `the lease of the run ${id} ${why}; take it again to continue`)
    lost.abort(error)
    return error
  }

  function change(next: Partial<LeaseRecord>): Promise<void> {
    const changed = last.then(async () => {
      if (lost.signal.aborted) throw lost.signal.reason
      const asked = now()
      if (asked - since >= record.ttl) throw lose('ran out')
      const wanted = { ...record, ...next, beat: record.beat + 1 }
      if (!(await cells.swap(id, record.beat, wanted))) throw lose('was taken by another owner')
      record = wanted
      since = asked
      schedule()
    })
    last = changed.catch(() => undefined)
    return changed
  }

  function schedule(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      change({}).catch(() => {
        // A store that cannot be reached may be reachable again before the lease has run out.
        if (lost.signal.aborted) return
        if (now() - since >= record.ttl) lose('ran out')
        else schedule()
      })
    }, record.ttl / 3)
    // A lease alone keeps no process running.
    ;(timer as { unref?: () => void }).unref?.()
  }

  schedule()
  return {
    get settled() {
      return record.settled
    },
    signal: lost.signal,
    renew: () => change({}),
    async settle(position) {
      if (position > record.settled) await change({ settled: position })
    },
    async release() {
      await last
      if (lost.signal.aborted) return
      // Whatever becomes of the request, this owner renews it no more.
      lose('was released')
      await cells.swap(id, record.beat, { ...record, owner: undefined, beat: record.beat + 1 })
    },
  }
}
