// Lets a run follow what others recorded.

import type { Log } from '../engine/log.ts'
import { digestAt, oidAt, sequenceOf } from '../engine/log.ts'
import { publish } from '../engine/publish.ts'
import { broken } from '../history/read-records.ts'
import { replayRecord } from '../history/replay.ts'
import type { RunEvent } from '../machine/machine.ts'
import { internalsOf, type Run } from '../run/run.ts'
import { isGenesis } from './is-genesis.ts'
import type { StoredRecord } from './run-store.ts'

/**
 * Applies records that others have recorded to a run: each oid is verified, events are not parsed again, and subscribers are
 * notified. Records that the run has already are passed over.
 *
 * @param run the run
 * @param records consecutive records of its history
 * @throws {RunError} `HISTORY_MISMATCH` if the run has batches that the records do not have, or if an oid is wrong;
 *   `REPLAY_FAILED` if the machine no longer accepts a batch. What came before stays applied
 */
export function advance<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  records: Iterable<StoredRecord>,
): void {
  advanceLog(internalsOf(run).log, records)
}

/** The same for a log. */
export function advanceLog(log: Log, records: Iterable<StoredRecord>): void {
  /** The sequence of the record that was looked at last. */
  let at: number | undefined
  for (const record of records) {
    const sequence: number = at === undefined ? placeOf(log, record) : at + 1
    at = sequence
    const latest = sequenceOf(log)
    // What the run has dropped cannot be compared. What comes after it is.
    if (sequence > 0 && sequence < log.batches.dropped) continue
    if (sequence <= latest) {
      if (oidAt(log, sequence) !== record.oid) throw diverged(log, sequence, record)
      continue
    }
    // The oids before it are computed before it is appended.
    digestAt(log, latest)
    replayRecord(log, record, oidAt(log, latest), {
      revalidate: false,
      checkDeterminism: log.checkDeterminism,
    })
    publish(log, 'stream')
  }
}

/** The sequence of a record: it follows one that the log has. */
function placeOf(log: Log, record: StoredRecord): number {
  if (isGenesis(record)) return 0
  // A damaged store may give anything. What is no record is refused like the next one.
  if (typeof record !== 'object' || record === null) return sequenceOf(log) + 1
  for (let sequence = sequenceOf(log); sequence >= log.batches.dropped; sequence--) {
    if (oidAt(log, sequence) === record.parent) return sequence + 1
  }
  const next = sequenceOf(log) + 1
  throw broken(
    'HISTORY_MISMATCH',
    next,
    `the record ${record.oid} follows ${record.parent}, which the run does not have; give it the records from sequence ${next} on`,
  )
}

function diverged(log: Log, sequence: number, { oid }: StoredRecord): Error {
  return broken(
    'HISTORY_MISMATCH',
    sequence,
    `the run has ${oidAt(log, sequence)} there, and the records have ${oid}: they are two continuations of one run`,
  )
}
