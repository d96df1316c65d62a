// Why a host did not do what it was asked to, if neither the machine nor the store says so.

import type { HttpCode } from '../wire/problem.ts'

/** What more there is to say. */
export interface HostErrorDetails {
  /** Seconds after which it may be tried again. */
  readonly retryAfter?: number
  /** Where the run ends. */
  readonly head?: string | undefined
  readonly sequence?: number | undefined
  /** The id of the run that has taken the place of the run. */
  readonly successor?: string | undefined
  readonly cause?: unknown
}

/** An error of a host. Its message may be shown to whoever asked. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: HttpCode
  readonly retryAfter: number | undefined
  readonly head: string | undefined
  readonly sequence: number | undefined
  readonly successor: string | undefined

  constructor(code: HttpCode, message: string, details: HostErrorDetails = {}) {
    const { retryAfter, head, sequence, successor, cause } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retryAfter = retryAfter
    this.head = head
    this.sequence = sequence
    this.successor = successor
  }

  /** A server may have several copies of this class, as the bundlers of frameworks make them. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const { name, code } = (value ?? {}) as { readonly name?: unknown; readonly code?: unknown }
    return name === 'HostError' && typeof code === 'string'
  }
}

/** The error for a run that has a successor. */
export function succeeded(id: string, successor: string): HostError {
  return new HostError('SUCCEEDED', `the run ${id} takes no more batches; continue with its successor ${successor}`, {
    successor,
  })
}
