// What happens to a batch that is not applied: a `RunError`, kept for the readers of `err`, fatal if the machine says so.

import { hasMode } from '../data/mode.ts'
import { tell } from '../data/tell.ts'
import { labelOf } from '../machine/machine.ts'
import { markFatal, RunError } from '../machine/run-error.ts'
import { type Batch, currentSnapshot, eventsOf, type Log, runId, sequenceOf, type Via } from './log.ts'
import { publish, wakeReaders } from './publish.ts'
import { Refusal } from './refusal.ts'
import { report } from './report.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** How many refusals a run keeps for the readers of `err`. */
export const KEPT_REFUSALS = 256

/**
 * Refuses a batch: makes the error, keeps it for `err`, and ends the run if it is fatal.
 * @param batch the batch, if it was admitted
 * @param via how it came
 * @returns the error
 */
export function refuse(log: Log, refusal: Refusal, batch: Batch | undefined, via: Via): RunError {
  const { code, message, index, more } = refusal
  const events = batch && eventsOf(batch)
  const event = events?.[index ?? -1]?.type
  const where = event === undefined ? '' : ` event ${String(index)} (${event.slice(0, 60)}):`
  const error = new RunError(
    code,
    `${labelOf(log.machine)} refused a batch at sequence ${sequenceOf(log)}:${where} ${message}`,
    { ...detailsOf(log), ...more, batch: events, index },
  )
  if (code !== 'RUN_DONE') {
    keepRefusal(log, error)
    // A machine that writes to its run while it judges that very refusal would be asked without end.
    if (log.running !== 'isFatal' && isFatal(log, error)) {
      markFatal(error)
      fail(log, error)
      publish(log, via)
    } else wakeReaders(log)
  }
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) report(log, error, refusal, via)
  return error
}

/** Gives the readers of `err` a refusal by somebody else, who judged the batch in place of this log. */
export function tellRefusal(log: Log, error: RunError): void {
  if (error.code === 'RUN_DONE') return
  keepRefusal(log, error)
  wakeReaders(log)
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    const { code, message, index, reason, details } = error
    report(log, error, new Refusal(code, message, index, { reason, details, issues: [] }), 'stream')
  }
}

/** What every error of a run says about the run. */
export function detailsOf(log: Log): { readonly sequence: number; readonly run: () => string } {
  return { sequence: sequenceOf(log), run: () => runId(log) }
}

/** Ends a log with a fatal error. */
function fail(log: Log, error: RunError): void {
  log.status = 'error'
  log.end = error
  log.version++
  log.snapshot = undefined
}

function keepRefusal({ refusals }: Log, error: RunError): void {
  if (refusals.items.push(error) <= KEPT_REFUSALS) return
  refusals.items.shift()
  refusals.dropped++
}

function isFatal(log: Log, error: RunError): boolean {
  const before = log.running
  log.running = 'isFatal'
  try {
    return log.machine.isFatal(error, currentSnapshot(log)) === true
  } catch (thrown) {
    if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
      tell('error', `${labelOf(log.machine)}: isFatal threw, so this is fatal: ${error.message}`, thrown)
    }
    return true
  } finally {
    log.running = before
  }
}
