// Why a request was not answered as it should be.

import type { Problem, ProblemCode } from '../wire/problem.ts'

/** What a `ConnectionError` says beside its message. */
export interface ConnectionErrorDetails {
  readonly status?: number | undefined
  readonly problem?: Problem | undefined
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number | undefined
  readonly cause?: unknown
}

/** Why a connected run does not get through to its server: for the moment, or for good. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  /** The code of the server's answer; `UNREACHABLE` if there was none, `UNEXPECTED` if it is not one of such a server. */
  readonly code: ProblemCode | 'UNREACHABLE' | 'UNEXPECTED'
  /** The status of the answer, if there was one. */
  readonly status: number | undefined
  /** The body of the answer, if it says what is wrong. */
  readonly problem: Problem | undefined
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined

  constructor(code: ConnectionError['code'], message: string, details: ConnectionErrorDetails = {}) {
    const { status, problem, retryAfter, cause } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.problem = problem
    this.retryAfter = retryAfter
  }
}

/** Whether the same request may be answered later. */
export function mayPass({ status }: ConnectionError): boolean {
  return status === undefined || status >= 500 || [408, 425, 429].includes(status)
}
