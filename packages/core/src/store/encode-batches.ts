// The records and commits of batches: of those that a log has, and of those that follow it.

import { type Batch, chainOf, digestAt, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { toHex } from '../identity/hex.ts'
import type { RunEvent } from '../machine/machine.ts'
import type { Slice, StoredRecord } from './run-store.ts'

/**
 * Encodes batches as commits.
 * @param after the sequence that they follow: the latest one of the log unless given
 */
export function encodeBatches(
  log: Log,
  batches: readonly Batch[],
  after: number = sequenceOf(log),
): Pick<Slice, 'records' | 'commits'> {
  const { encode, format } = chainOf(log)
  let sequence = after
  let parent = oidAt(log, sequence)
  let digest = digestAt(log, sequence).slice()
  const records: StoredRecord[] = []
  const commits: Uint8Array[] = []
  for (const batch of batches) {
    // Both are good only until the next call.
    const commit = encode(digest, 0, ++sequence, batch).slice()
    digest = format.hash(commit).slice()
    const oid = toHex(digest)
    const events = Array.isArray(batch) ? (batch as readonly RunEvent[]) : Object.freeze([batch as RunEvent])
    records.push(Object.freeze({ oid, parent, events }))
    commits.push(commit)
    parent = oid
  }
  return { records, commits }
}
