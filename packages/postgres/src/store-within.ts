// The store within a transaction of the caller. No statement is run that nobody asked for: when the transaction has ended, its
// connection belongs to somebody else.

import { followRecords, type RunStore, type StoredRecord, StoreError, streamOf } from '@xmachines/core/store'
import type { RunTables } from './run-tables.ts'

/** A store whose statements all belong to one transaction. */
export function storeWithin(tables: RunTables): RunStore {
  /** Where runs end, as far as this transaction has read or appended them. */
  const ends = new Map<string, number>()
  const waiting = new Set<() => void>()

  function reached(id: string, sequence: number): void {
    ends.set(id, Math.max(sequence, ends.get(id) ?? -1))
    for (const wake of Array.from(waiting)) wake()
  }

  const read: RunStore['read'] = (id, { from, to }) => {
    if (to !== undefined) return tables.read(id, { from, to })
    let next = from
    const records = new TransformStream<StoredRecord, StoredRecord>({
      transform(record, controller) {
        next += 1
        controller.enqueue(record)
      },
      flush: () => reached(id, next - 1),
    })
    return tables.read(id, { from }).pipeThrough(records)
  }

  /** What was read to its end has no more until this transaction appends it, or an append says that the head moved. */
  const readMore: RunStore['read'] = (id, range) => {
    const end = ends.get(id)
    return end !== undefined && end < range.from ? streamOf<StoredRecord>([].values()) : read(id, range)
  }

  function wait(id: string, sequence: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        if (!signal.aborted && (ends.get(id) ?? -1) < sequence) return
        waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      waiting.add(wake)
      signal.addEventListener('abort', wake)
      wake()
    })
  }

  return {
    ...tables,
    read,
    async append(id, expected, slice, options) {
      reached(id, await tables.append(id, expected, slice, options))
    },
    follow: (id, options) => followRecords({ read: readMore, wait }, id, options),
    async lease(id) {
      throw new StoreError(
        'UNAVAILABLE',
        `the lease of the run ${id} cannot be taken within a transaction, which would hide it: take it from the store itself`,
      )
    },
  }
}
