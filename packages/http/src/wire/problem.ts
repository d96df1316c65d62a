// Why a request was not carried out: the codes, the status of each, and the body (RFC 9457, `application/problem+json`).

import type { RunErrorCode } from '@xmachines/core'

/** What the handler itself refuses. */
export type HttpCode =
  /** The request is malformed: its URL, a header or its body. */
  | 'INVALID_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  /** There is nothing here, or nothing that the caller may see. */
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_ACCEPTABLE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_LARGE'
  /** The offset is not one of this history. */
  | 'OFFSET_MISMATCH'
  /** The history that was sent, and the one that is kept, are two continuations of one run. */
  | 'DIVERGED'
  /** The keys that the store keeps do not reach back to the sequence that the sender knew. Nothing was applied. */
  | 'KEY_EXPIRED'
  /** The key was used for other events. */
  | 'KEY_REUSED'
  /** The head is not the one that `If-Match` says. Nothing was applied. */
  | 'HEAD_MOVED'
  /** Another run has taken the place of this one: `Location` says which. */
  | 'SUCCEEDED'
  /** Too much is open or under way. Try again later. */
  | 'BUSY'
  /** The store cannot be reached, or the host is closing. Try again later. */
  | 'UNAVAILABLE'
  /** A bug. Its text is not sent. */
  | 'INTERNAL'

export type ProblemCode = HttpCode | RunErrorCode

/** The status of each code. */
export const STATUS: Readonly<Record<ProblemCode, number>> = {
  INVALID_REQUEST: 400,
  INVALID_EVENT: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REFUSED: 409,
  UNHANDLED: 409,
  RUN_DONE: 409,
  OFFSET_MISMATCH: 409,
  DIVERGED: 409,
  KEY_EXPIRED: 409,
  HEAD_MOVED: 412,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  SCHEMA_MISMATCH: 422,
  KEY_REUSED: 422,
  INVALID_HISTORY: 422,
  HISTORY_MISMATCH: 422,
  MACHINE_MISMATCH: 422,
  REPLAY_FAILED: 422,
  SUCCEEDED: 308,
  TRANSITION_FAILED: 500,
  INVALID_STATE: 500,
  INVALID_OUTPUT: 500,
  NONDETERMINISTIC: 500,
  REENTRANT: 500,
  ERRORS_DROPPED: 500,
  INTERNAL: 500,
  BUSY: 503,
  UNAVAILABLE: 503,
}

/**
 * The body of a problem. One with a code of `RunError` is a refusal: with `message` set to its `detail`, it is what
 * `RunError.fromJSON` takes.
 */
export interface Problem {
  /** `urn:xmachines:problem:CODE`. */
  readonly type: string
  /** The code in words. */
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  /** What was wrong, where, and what to do. */
  readonly detail: string
  /** The id of the run. */
  readonly run?: string
  /** How many batches had been committed. */
  readonly sequence?: number
  /** Which event of the batch, from 0. */
  readonly index?: number
  /** With `REFUSED`: the reason that the machine gave. */
  readonly reason?: string
  /** With `REFUSED`: the details that the machine gave. */
  readonly details?: unknown
  readonly fatal?: boolean
  /** With `HEAD_MOVED` and `DIVERGED`: the head that the run has. */
  readonly head?: string
  /** With `SUCCEEDED`: the id of the run that has taken its place. */
  readonly successor?: string
}
