// What recorders add to a log: who of them holds writes back, what each still needs, who reads what was dropped, and what
// was acknowledged. It lives in one slot of the log, which a run that nobody records does not have.

import type { DroppedReader, Log, Recording } from '../engine/log.ts'

/** A recorder, as the retention of its run knows it. */
export interface Retainer {
  /** How many of the latest batches it wants kept; undefined if it drops nothing. */
  readonly least: number | undefined
  /** Reads what it recorded. */
  readonly open: () => DroppedReader
  /** How many batches and outputs it no longer needs. */
  free: { readonly sequence: number; readonly position: number }
}

/** What all recorders of a run share. */
export interface LogRecording extends Recording {
  /** Each says whether writes wait. */
  readonly holds: Set<() => boolean>
  readonly retainers: Set<Retainer>
  /** The one that can read all that was dropped. */
  reader: Retainer | undefined
  /** The sequence up to which recorders have acknowledged this run object's batches; −1 if they have not. */
  acknowledged: number
  /** The tokens of this run object's appends whose results are not known yet. */
  readonly unsettled: Set<string>
}

/** What the recorders of a log share. It is made for the first of them. */
export function recordingOf(log: Log): LogRecording {
  // Only this file fills the slot.
  return (log.recording ??= startRecording()) as LogRecording
}

function startRecording(): LogRecording {
  const holds = new Set<() => boolean>()
  return {
    holds,
    retainers: new Set(),
    reader: undefined,
    acknowledged: -1,
    unsettled: new Set(),
    readDropped: undefined,
    mustWait() {
      for (const isFull of holds) if (isFull()) return true
      return false
    },
  }
}
