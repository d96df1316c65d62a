// The store in memory, beside lists of records in a map: what it costs to keep anything.

import { memoryStore, recordRun } from '@xmachines/core/store'
import { addRuns } from './many-runs.ts'
import type { Stage } from './stage.ts'

/** A new store, and bare lists. */
export async function openMemory(): Promise<Stage> {
  const store = memoryStore()
  const lists = new Map<string, unknown[]>()
  const append = (list: string, record: string): void => {
    const records = lists.get(list) ?? []
    lists.set(list, records)
    records.push(JSON.parse(record))
  }
  return {
    store,
    other: store,
    bare: {
      names: { insert: 'push into a list', select: 'walk of a list' },
      append: async (list, _sequence, record) => append(list, record),
      async appendAll(list, records) {
        for (const record of records) append(list, record)
      },
      async readAll(list) {
        let count = 0
        for (const record of lists.get(list) ?? []) if (record !== undefined) count += 1
        return count
      },
    },
    addRuns: (count, unsettled) => addRuns((run) => recordRun(run, store).stop(), count, unsettled),
    end: async () => undefined,
  }
}
