// The engine: admit → step → commit → publish. One function lets a batch in, and nothing else moves a log.

import { checkDeterminism } from './determinism.ts'
import { runId } from './identity.ts'
import { currentSnapshot, KEPT_REFUSALS, type Log, sequenceOf } from './log.ts'
import type { RunEvent } from './machine.ts'
import { condemn, RunError } from './run-error.ts'
import { type Batch, Refusal, type Step, step } from './step.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Applies an admitted batch, or refuses it.
 * @param admitted what `admit` made of it
 * @param sent whether it came through `send`, whose caller gets the refusal
 * @returns the refusal, if there is one
 */
export function enter(log: Log, admitted: Batch | Refusal, sent: boolean): RunError | undefined {
  if (log.end !== undefined) return log.end
  if (log.running !== undefined) return reenter(log, batchOf(admitted), sent)
  if (admitted instanceof Refusal) return refuse(log, admitted, undefined, sent)
  if (Array.isArray(admitted) && admitted.length === 0) return undefined
  const stepped = run(log, admitted)
  // A refused re-entry may have ended the run.
  if (log.end !== undefined) return log.end
  if (stepped instanceof Refusal) return refuse(log, stepped, batchOf(admitted), sent)
  commit(log, admitted, stepped)
  publish(log, sent)
  return undefined
}

function run(log: Log, batch: Batch): Step | Refusal {
  const { machine, state } = log
  try {
    log.running = 'transition'
    const stepped = step(machine, state, batch)
    // Asked second, because Node's `process.env` is slow.
    if (log.checkDeterminism && process.env.NODE_ENV !== 'production') {
      log.running = 'check'
      return checkDeterminism(machine, state, batch, stepped) ?? stepped
    }
    return stepped
  } finally {
    log.running = undefined
  }
}

// The check does again what the transition did, and is refused again, which is told once.
function reenter(log: Log, batch: Batch | undefined, sent: boolean): RunError {
  if (log.running === 'check') return new RunError(reentrant.code, reentrant.message, detailsOf(log))
  return refuse(log, reentrant, batch, sent)
}

/** Appends a batch that was stepped: the only place where history grows. */
export function commit(log: Log, batch: Batch, { state, outputs, done }: Step): void {
  log.batches.push(batch)
  if (outputs !== undefined) for (const output of outputs) log.outputs.push(output)
  log.state = state
  changed(log)
  if (done) complete(log)
}

function changed(log: Log): void {
  log.version++
  log.snapshot = undefined
}

/** Marks a log whose state is final. */
export function complete(log: Log): void {
  log.status = 'done'
  log.snapshot = undefined
  log.end = new RunError('RUN_DONE', `${labelOf(log)} is done and takes no more events`, detailsOf(log))
}

/** Tells readers, sets of ports and subscribers of what changed. */
export function publish(log: Log, sent: boolean): void {
  wake(log)
  if (log.end !== undefined) for (const set of log.sets) set.deref()?.runEnded()
  tell(log, sent)
}

function refuse(log: Log, refusal: Refusal, batch: Batch | undefined, sent: boolean): RunError {
  const { code, message, index, cause } = refusal
  const events = batch === undefined || Array.isArray(batch) ? batch : Object.freeze([batch])
  const event = (events?.[index ?? -1] as RunEvent | undefined)?.type
  const where = event === undefined ? '' : ` event ${String(index)} (${event.slice(0, 60)}):`
  const error = new RunError(
    code,
    `${labelOf(log)} refused a batch at sequence ${sequenceOf(log)}:${where} ${message}`,
    {
      ...detailsOf(log),
      batch: events,
      index,
      cause,
    },
  )
  if (code !== 'RUN_DONE') {
    keepRefusal(log, error)
    // A machine that writes to its run while it judges that very refusal would be asked for ever.
    if (log.running !== 'isFatal' && isFatal(log, error)) {
      condemn(error)
      log.status = 'error'
      log.end = error
      changed(log)
      publish(log, sent)
      return error
    }
    wake(log)
  }
  if (process.env.NODE_ENV !== 'production' && !sent) warnUnlessSeen(log, error)
  return error
}

function keepRefusal(log: Log, error: RunError): void {
  if (log.refusals.push(error) <= KEPT_REFUSALS) return
  log.refusals.shift()
  log.droppedRefusals++
}

function isFatal(log: Log, error: RunError): boolean {
  const before = log.running
  log.running = 'isFatal'
  try {
    return log.machine.isFatal(error, currentSnapshot(log)) === true
  } catch {
    return true
  } finally {
    log.running = before
  }
}

function wake(log: Log): void {
  const { waiting } = log
  if (waiting.length === 0) return
  log.waiting = []
  for (const reader of waiting) reader.wake()
}

// A send from inside a listener is applied at once, and told when the round under way is over.
function tell(log: Log, sent: boolean): void {
  const { rounds, subscriptions } = log
  if (subscriptions.size === 0) return
  rounds.push(sent)
  if (rounds.length > 1) return
  for (; rounds.length > 0; rounds.shift()) {
    const round = ++log.round
    for (const subscription of subscriptions) {
      if (subscription.since >= round) continue
      try {
        subscription.listener(rounds[0] as boolean)
      } catch (thrown) {
        report(thrown)
      }
    }
  }
}

function report(thrown: unknown): void {
  ;(globalThis.reportError ?? console.error)(thrown)
}

/** Warns once a tick of refusals that nobody reads: by then a reader that wants them has come. */
function warnUnlessSeen(log: Log, error: RunError): void {
  if (log.unseen !== undefined) {
    log.unseen.push(error)
    return
  }
  log.unseen = [error]
  setTimeout(() => {
    const unseen = log.unseen ?? []
    log.unseen = undefined
    if (log.sets.some((set) => set.deref()?.readsRefusals())) return
    const more = unseen.length > 1 ? ` (and ${unseen.length - 1} more)` : ''
    console.warn(`${String(unseen[0]?.message)}${more}. Read run.err to handle refusals.`)
  })
}

const reentrant = new Refusal(
  'REENTRANT',
  'it was written from inside a transition; transitions are pure: emit an output, and let its handler send the event',
)

function batchOf(admitted: Batch | Refusal): Batch | undefined {
  return admitted instanceof Refusal ? undefined : admitted
}

function labelOf({ machine }: Log): string {
  return `${machine.name}@${machine.version}`
}

function detailsOf(log: Log): { readonly sequence: number; readonly run: () => string } {
  return { sequence: sequenceOf(log), run: () => runId(log) }
}
