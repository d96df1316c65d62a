// The slice with which a run comes into a store: its genesis, and all batches that it has.

import { countOf } from '../engine/kept.ts'
import type { Log } from '../engine/log.ts'
import { genesisRecord } from '../history/records.ts'
import { nonceOf } from '../identity/chain.ts'
import { genesisObjects } from '../identity/genesis-objects.ts'
import type { GitObject } from '../identity/git-object.ts'
import { encodeBatches } from './encode-batches.ts'
import type { Slice } from './run-store.ts'

/**
 * The slice with all of a log.
 * @param settled the position up to which outputs count as settled
 */
export function firstSlice(log: Log, settled: number): Slice {
  const { origin, machine, batches, outputs } = log
  const { format } = origin
  const { objects } = genesisObjects(format, { ...origin, machine, nonce: nonceOf(origin) })
  const { records, commits } = encodeBatches(log, batches.items, 0)
  return {
    records: [genesisRecord(log), ...records],
    // The last of the objects is the commit of the genesis.
    commits: [(objects.at(-1) as GitObject).bytes, ...commits],
    format,
    position: countOf(outputs),
    objects,
    settled,
  }
}
