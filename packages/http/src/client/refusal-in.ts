// Tells the answers that refuse a batch from those that say nothing of it. A client without runs does not load it.

import { RunError } from '@xmachines/core'
import type { ConnectionError } from './connection-error.ts'

/** Codes of problems that are refusals of a batch. */
const REFUSALS =
  /^(INVALID_(EVENT|STATE|OUTPUT)|SCHEMA_MISMATCH|REFUSED|UNHANDLED|TRANSITION_FAILED|NONDETERMINISTIC|REENTRANT|RUN_DONE)$/

/**
 * The refusal that an answer to a batch is.
 * @returns undefined if the answer says nothing of the batch
 */
export function refusalIn(
  { problem, status, message }: ConnectionError,
  batch: readonly unknown[],
): RunError | undefined {
  if (problem !== undefined && REFUSALS.test(problem.code)) {
    return RunError.fromJSON({ ...problem, message: problem.detail, batch })
  }
  // The server, or one before it, takes no such request: it would not take it a second time.
  const isRefused = status === 400 || status === 413 || status === 415 || (status === 422 && problem === undefined)
  return isRefused
    ? RunError.fromJSON({ code: 'REFUSED', message, reason: problem?.detail ?? message, batch })
    : undefined
}
