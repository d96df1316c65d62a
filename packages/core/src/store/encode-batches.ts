// The records and commits of batches that follow a log, which does not have them yet.

import { type Batch, chainOf, digestAt, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { toHex } from '../identity/hex.ts'
import type { RunEvent } from '../machine/machine.ts'
import type { Slice, StoredRecord } from './run-store.ts'

/** Encodes batches as the next commits of a log. */
export function encodeBatches(log: Log, batches: readonly Batch[]): Pick<Slice, 'records' | 'commits'> {
  const { encode, format } = chainOf(log)
  let sequence = sequenceOf(log)
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
