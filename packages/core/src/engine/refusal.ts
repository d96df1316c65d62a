// A refusal inside the engine, before it becomes a `RunError`.

import type { RunErrorCode } from '../machine/run-error.ts'

/** Why a batch is not applied. */
export class Refusal {
  readonly code: RunErrorCode
  readonly message: string
  /** Which event of the batch, from 0. */
  readonly index: number | undefined
  readonly cause: unknown
  constructor(code: RunErrorCode, message: string, index?: number, cause?: unknown) {
    this.code = code
    this.message = message
    this.index = index
    this.cause = cause
  }
}
