// Finds out that a store has lost the end of a run. The records that are left look like a shorter run.

import { type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { type Head, StoreError } from './store-error.ts'

/**
 * Checks that a log leads to the head that a store has.
 * @param log what was read from the store after it gave the head
 * @param least the lowest sequence that the head can have
 * @throws {StoreError} `CORRUPT` if it does not
 */
export function checkHead(log: Log, { head, sequence }: Head, least = 0): void {
  const latest = sequenceOf(log)
  if (sequence >= least && sequence <= latest && oidAt(log, sequence) === head) return
  throw new StoreError(
    'CORRUPT',
    `the run ${oidAt(log, 0)} ends at sequence ${latest}, ${oidAt(log, latest)}, and its head in the store is at sequence ` +
      `${sequence}, ${head}; restore the store from a copy`,
  )
}
