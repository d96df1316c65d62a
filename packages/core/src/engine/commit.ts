// The third step of a batch: append it to the log. This is the only place where history grows.

import { labelOf } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import type { Batch, Log } from './log.ts'
import { detailsOf } from './refuse.ts'
import type { Step } from './step.ts'

/** Appends a batch that was stepped. */
export function commit(log: Log, batch: Batch, { state, outputs, done }: Step): void {
  log.batches.items.push(batch)
  if (outputs !== undefined) for (const output of outputs) log.outputs.items.push(output)
  log.state = state
  log.version++
  log.snapshot = undefined
  if (done) complete(log)
}

/** Marks a log whose state is final. */
export function complete(log: Log): void {
  log.status = 'done'
  log.snapshot = undefined
  log.end = new RunError('RUN_DONE', `${labelOf(log.machine)} is done and takes no more events`, detailsOf(log))
}
