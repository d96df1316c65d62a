// Reads from a store what a run has dropped, for the readers of its history.

import type { BatchRecord } from '../history/records.ts'
import { isGenesis } from './is-genesis.ts'
import type { RunStore } from './run-store.ts'
import { StoreError } from './store-error.ts'

/** How many records are given at a time. */
const GROUP = 256

/**
 * The batches of a run from a sequence to the one with an oid, in groups.
 * @throws {StoreError} `CORRUPT` if the store has another batch at the end
 */
export async function* readEarlier(
  store: RunStore,
  id: string,
  from: number,
  to: { readonly sequence: number; readonly oid: string },
): AsyncGenerator<readonly BatchRecord<unknown>[], void, undefined> {
  const reader = store.read(id, { from: Math.max(from, 1), to: to.sequence }).getReader()
  try {
    let group: BatchRecord<unknown>[] = []
    let oid: string | undefined
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (isGenesis(read.value)) continue
      oid = read.value.oid
      group.push(read.value)
      if (group.length < GROUP) continue
      yield group
      group = []
    }
    if (oid !== to.oid) {
      const found = oid === undefined ? 'nothing' : oid
      throw new StoreError(
        'CORRUPT',
        `the store has ${found} at sequence ${to.sequence} of the run ${id}; it must have ${to.oid}`,
      )
    }
    if (group.length > 0) yield group
  } finally {
    await reader.cancel()
  }
}
