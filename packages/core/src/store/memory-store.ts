// A store in memory: for tests, for trying, and as the shortest example of the interface.

import type { GenesisRecord } from '../history/records.ts'
import { followRecords, streamOf } from './follow.ts'
import { type LeaseRecord, leaseKeeper } from './lease-keeper.ts'
import { type Receipts, startReceipts } from './receipts.ts'
import type { ListedRun, ListOptions, ReadOptions, RunStore, Slice, StoredRecord } from './run-store.ts'
import { checkSeal, checkSlice } from './slice.ts'
import { type Head, missing } from './store-error.ts'

interface KeptRun {
  head: Head
  readonly machine: { readonly name: string; readonly version: string }
  readonly records: StoredRecord[]
  position: number
  lease: LeaseRecord
  readonly receipts: Receipts
  /** Those who wait for the next append. */
  readonly waiting: Set<() => void>
}

function wakeAll({ waiting }: KeptRun): void {
  for (const wake of Array.from(waiting)) wake()
}

/**
 * A store that keeps runs in memory. All that is appended is gone with the process.
 *
 * @returns the store
 *
 * @example
 * ```ts
 * import { memoryStore } from '@xmachines/core/store'
 *
 * const store = memoryStore()
 * console.log((await store.head('0123')) === undefined) // true
 * ```
 */
export function memoryStore(): RunStore {
  const runs = new Map<string, KeptRun>()
  const names = new Map<string, string>()

  function find(id: string): KeptRun {
    const run = runs.get(id)
    if (run === undefined) throw missing(id)
    return run
  }

  function begin(id: string, head: Head, { records, settled = 0 }: Slice): KeptRun {
    const { name, version } = (records[0] as GenesisRecord).machine
    return {
      head,
      machine: { name, version },
      records: [],
      position: 0,
      lease: { owner: undefined, ttl: 0, beat: 0, settled },
      receipts: startReceipts(id),
      waiting: new Set(),
    }
  }

  function* readRecords(
    id: string,
    { from, to = Number.POSITIVE_INFINITY }: ReadOptions,
  ): Generator<StoredRecord, void> {
    const { records } = find(id)
    const end = Math.min(to + 1, records.length)
    for (let at = from; at < end; at++) yield records[at] as StoredRecord
  }

  function* listRuns({ machine, unsettled = false }: ListOptions): Generator<ListedRun, void> {
    for (const [id, run] of runs) {
      const { name, version } = run.machine
      if (machine !== undefined && (machine.name !== name || (machine.version ?? version) !== version)) continue
      const { settled } = run.lease
      if (unsettled && settled >= run.position) continue
      yield { id, ...run.head, machine: run.machine, position: run.position, settled }
    }
  }

  const leases = leaseKeeper({
    read: async (id) => find(id).lease,
    async swap(id, expectedBeat, next) {
      const run = find(id)
      if (run.lease.beat !== expectedBeat) return false
      run.lease = next
      return true
    },
  })

  const store: RunStore = {
    head: async (id) => runs.get(id)?.head,
    async append(id, expectedHead, slice, { writer, keys = [] }) {
      const head = checkSlice(id, runs.get(id)?.head, expectedHead, slice)
      const run = runs.get(id) ?? begin(id, head, slice)
      runs.set(id, run)
      run.head = head
      run.records.push(...slice.records)
      run.position = slice.position
      run.receipts.addWriter(writer, { sequence: head.sequence, oid: head.head })
      for (const [key, sequence] of keys) {
        run.receipts.addKey(key, { sequence, oid: (run.records[sequence] as StoredRecord).oid })
      }
      run.receipts.trim(run.lease.settled)
      wakeAll(run)
    },
    async receipt(id, key, since) {
      const run = runs.get(id)
      return run?.receipts.find(key, since, run.lease.settled)
    },
    read: (id, options) => streamOf(readRecords(id, options)),
    follow: (id, options) => followRecords({ read: store.read, wait, isSealed }, id, options),
    list: (options = {}) => streamOf(listRuns(options)),
    lease: (id, options) => leases.take(id, options),
    name: async (key) => names.get(key),
    async rename(key, expectedId, id) {
      if (names.get(key) !== expectedId) return false
      if (id === undefined) names.delete(key)
      else names.set(key, id)
      return true
    },
    async seal(id, expectedHead, successor) {
      const run = runs.get(id)
      if (!checkSeal(id, run?.head, expectedHead, successor) || run === undefined) return
      run.head = { ...run.head, successor }
      wakeAll(run)
    },
  }

  async function isSealed(id: string): Promise<boolean> {
    return find(id).head.successor !== undefined
  }

  function wait(id: string, sequence: number, signal: AbortSignal): Promise<void> {
    const { waiting, records, head } = find(id)
    if (records.length > sequence || signal.aborted || head.successor !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      waiting.add(wake)
      signal.addEventListener('abort', wake)
    })
  }

  return store
}
