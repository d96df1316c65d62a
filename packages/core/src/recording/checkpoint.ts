// A run at one moment.

import { countOf } from '../engine/kept.ts'
import { currentSnapshot, type Log, sequenceOf } from '../engine/log.ts'
import type { RunError } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'

/** A run at one moment. It is taken synchronously, so its members belong together. */
export interface Checkpoint {
  readonly sequence: number
  /** Outputs since the genesis. */
  readonly position: number
  readonly snapshot: Snapshot<unknown>
  /** Why the run takes nothing more, if it has ended. */
  readonly end: RunError | undefined
}

/** The checkpoint of a log as it is now. */
export function checkpointOf(log: Log): Checkpoint {
  return {
    sequence: sequenceOf(log),
    position: countOf(log.outputs),
    snapshot: currentSnapshot(log),
    end: log.end,
  }
}
