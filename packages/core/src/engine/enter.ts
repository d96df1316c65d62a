// The one way into a log: enter → step → commit → publish, or refuse. Each has a file of its own in this folder.

import { hasMode } from '../data/mode.ts'
import { RunError } from '../machine/run-error.ts'
import { commit } from './commit.ts'
import { stepTwice } from './determinism.ts'
import type { Batch, Log, Via } from './log.ts'
import { publish } from './publish.ts'
import { Refusal } from './refusal.ts'
import { detailsOf, refuse } from './refuse.ts'
import { type Step, step } from './step.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Applies an admitted batch, or refuses it.
 * @param log the log
 * @param admitted the result of `admit`
 * @param via how it came
 * @returns the refusal, if there is one
 */
export function enter(log: Log, admitted: Batch | Refusal, via: Via): RunError | undefined {
  if (log.end !== undefined || log.running !== undefined || admitted instanceof Refusal) {
    return refuseEntry(log, admitted, via)
  }
  if (Array.isArray(admitted) && admitted.length === 0) return undefined
  const stepped = stepIn(log, admitted)
  // A refused re-entry may have ended the run.
  if (log.end !== undefined) return log.end
  if (stepped instanceof Refusal) return refuse(log, stepped, admitted, via)
  commit(log, admitted, stepped)
  publish(log, via)
  return undefined
}

/**
 * Applies a batch again after other batches than the first time. Nobody is notified.
 * @returns why it is refused now, or undefined
 */
export function reapply(log: Log, batch: Batch): Refusal | undefined {
  if (log.end !== undefined) return new Refusal('RUN_DONE', 'the run ended before it')
  const stepped = stepIn(log, batch)
  if (stepped instanceof Refusal) return stepped
  commit(log, batch, stepped)
  return undefined
}

function stepIn(log: Log, batch: Batch): Step | Refusal {
  const { machine, state } = log
  try {
    log.running = 'transition'
    // `process.env` is asked second, because Node's is slow.
    if (log.checkDeterminism && (hasMode ? process.env.NODE_ENV !== 'production' : false)) {
      return stepTwice(machine, state, batch, () => {
        log.running = 'check'
      })
    }
    return step(machine, state, batch)
  } finally {
    log.running = undefined
  }
}

/** Why a batch is not even stepped: the run has ended, code of the machine is running, or it is not a batch. */
function refuseEntry(log: Log, admitted: Batch | Refusal, via: Via): RunError {
  if (log.end !== undefined) return log.end
  const batch = admitted instanceof Refusal ? undefined : admitted
  if (log.running === undefined) return refuse(log, admitted as Refusal, undefined, via)
  const reentrant = reentry(log.running)
  // The second step writes again what the first wrote, and is refused again. That is reported once.
  if ((hasMode ? process.env.NODE_ENV !== 'production' : false) && log.running === 'check') {
    return new RunError(reentrant.code, reentrant.message, detailsOf(log))
  }
  return refuse(log, reentrant, batch, via)
}

function reentry(running: Log['running']): Refusal {
  return new Refusal(
    'REENTRANT',
    `it was written from inside ${running === 'isFatal' ? running : 'a transition or isDone'}; machines are pure: ` +
      'let the handler of an output, or a reader of err, send the event',
  )
}
