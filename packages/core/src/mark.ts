// What there was of a run at one moment.

import { currentSnapshot, type Log, outputCount, sequenceOf } from './log.ts'
import type { RunError } from './run-error.ts'
import type { Snapshot } from './snapshot.ts'

/** A run at one moment; taken synchronously, so that its members belong together. */
export interface Mark {
  readonly sequence: number
  /** Outputs since the genesis. */
  readonly position: number
  readonly snapshot: Snapshot<unknown>
  /** Why the run takes nothing more, if it has ended. */
  readonly end: RunError | undefined
}

/** The mark of a log as it is now. */
export function markOf(log: Log): Mark {
  return { sequence: sequenceOf(log), position: outputCount(log), snapshot: currentSnapshot(log), end: log.end }
}
