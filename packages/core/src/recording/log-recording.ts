// What recorders add to a log: who of them holds writes back, what each still needs, and who reads what was dropped. It
// lives in one slot of the log, which a run that nobody records does not have.

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
    readDropped: undefined,
    mustWait() {
      for (const isFull of holds) if (isFull()) return true
      return false
    },
  }
}
