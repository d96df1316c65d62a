// A refusal inside the engine, before it becomes a `RunError`.

import type { Refused } from '../machine/refuse.ts'
import type { RunErrorCode, RunErrorDetails } from '../machine/run-error.ts'
import { describeFailure } from './describe-failure.ts'

/** Why a batch is not applied. */
export class Refusal {
  declare readonly code: RunErrorCode
  declare readonly message: string
  /** Which event of the batch, from 0. */
  declare readonly index: number | undefined
  /** What else the error says. */
  declare readonly more: Pick<RunErrorDetails, 'cause' | 'threw' | 'reason' | 'details'> & {
    /** What a schema has against an event. */
    readonly issues?: readonly unknown[]
  }
  constructor(code: RunErrorCode, message: string, index?: number, more: Refusal['more'] = {}) {
    this.code = code
    this.message = message
    this.index = index
    this.more = more
  }
}

/** The refusal of a batch, or of an input, by a rule of the machine. */
export function refusalBy({ code, message, details }: Refused, index?: number): Refusal {
  return new Refusal(code, message, index, code === 'REFUSED' ? { reason: message, details } : undefined)
}

/** The refusal of what machine code failed to do, which threw. */
export function failure(what: string, thrown: unknown, index?: number): Refusal {
  return new Refusal('TRANSITION_FAILED', `${what} threw`, index, { cause: thrown, threw: describeFailure(thrown) })
}
