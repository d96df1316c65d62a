// Sets of ports that show what a recorder has recorded, and nothing else. They read a second log, which moves up to each
// checkpoint once it is recorded, and write into the run's own.
//
//   in ─► the run's log ─► recorder ─► show(checkpoint) ─► the shown log ─► out · snapshot

import { countOf, dropBefore, itemAt } from '../engine/kept.ts'
import { createLog, type Log } from '../engine/log.ts'
import { publish } from '../engine/publish.ts'
import type { RunError } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import { openPorts, type Ports } from '../ports/open-ports.ts'
import { checkHighWaterMark, type PortsOptions, positionOf } from '../ports/ports-options.ts'
import type { Checkpoint } from './checkpoint.ts'

/** A view of a run for those who must see only what is recorded. */
export interface RecordedView<State, Event, Output> {
  /** Shows a checkpoint, once it is recorded. */
  show(checkpoint: Checkpoint): void
  /** Nothing more will be recorded: every `out` errors with the reason, and every `snapshot` closes. */
  fail(reason: unknown): void
  /**
   * Opens a set of ports.
   * @param options as with `run.ports`, except that it begins at `run.start` by default
   * @param recorded resolves once all that was committed at the call is recorded; rejects if it will not be
   */
  ports(options: PortsOptions, recorded: () => Promise<void>): Ports<State, Event, Output>
}

/** A view of a log that shows nothing yet. */
export function openRecorded<State, Event, Output>(
  log: Log,
  initial: Snapshot<unknown>,
  start: number,
): RecordedView<State, Event, Output> {
  const shown = createLog(log.machine, log.origin, { checkDeterminism: false })
  shown.snapshot = initial
  // A cursor begins after version −1, so the first snapshot is delivered once it is recorded.
  shown.version = -1
  shown.outputs.dropped = log.outputs.dropped
  return {
    show({ position, snapshot, end }) {
      for (let at = countOf(shown.outputs); at < position; at++) shown.outputs.items.push(itemAt(log.outputs, at))
      // The run keeps back what these sets have not delivered.
      dropBefore(shown.outputs, log.outputs.dropped)
      if (snapshot === shown.snapshot && end === shown.end && shown.version >= 0) return
      shown.state = snapshot.state
      shown.status = snapshot.status
      shown.snapshot = snapshot
      shown.end = end
      shown.version++
      publish(shown, 'stream')
    },
    fail(reason) {
      if (shown.end !== undefined) return
      shown.status = 'error'
      // The end of a log is what its `out` errors with, whatever that is.
      shown.end = reason as RunError
      publish(shown, 'stream')
    },
    ports({ from, highWaterMark }, recorded) {
      // If the outputs from `start` on were dropped, only `out` is refused, and only if it is asked for.
      const position = from === undefined ? start : positionOf(from, log)
      checkHighWaterMark(highWaterMark)
      const ports = openPorts({
        read: shown,
        write: log,
        initial,
        start: position,
        refusals: countOf(log.refusals),
        highWaterMark,
        recorded,
        keepsOutputs: true,
      })
      // What the machine says that it takes and makes is what these ports take and give.
      return ports as Ports<State, Event, Output>
    },
  }
}
