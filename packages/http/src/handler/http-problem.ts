// Why a request is not carried out: thrown by what answers it, and given as a problem (RFC 9457).

import { RunError } from '@xmachines/core'
import { storeErrorOf } from '@xmachines/core/store'
import { HostError } from '../host/host-error.ts'
import { type BareAnswer, bareAnswer } from '../wire/bare.ts'
import { PROBLEM_TYPE } from '../wire/media-types.ts'
import { type HttpCode, type Problem, type ProblemCode, STATUS } from '../wire/problem.ts'

/** A request that is refused. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly code: HttpCode
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>

  constructor(code: HttpCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.headers = headers
  }
}

/** A problem, and the headers of its answer. */
export interface ProblemAnswer {
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** Whether it is one that nobody who sends requests can mend. */
  readonly isFault: boolean
}

/** The problem of whatever was thrown. Nothing of a bug is shown: no message, no stack. */
export function problemOf(thrown: unknown): ProblemAnswer {
  if (thrown instanceof HttpProblem) return answer(thrown.code, thrown.message, {}, thrown.headers)
  if (thrown instanceof HostError) {
    const { code, message, head, sequence, successor, retryAfter } = thrown
    const more = {
      ...(head !== undefined && { head }),
      ...(sequence !== undefined && { sequence }),
      ...(successor !== undefined && { successor }),
    }
    // An error of the host's own is not shown either.
    if (code === 'INTERNAL') return fault()
    return answer(code, message, more, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
  }
  if (thrown instanceof RunError) return refusalOf(thrown)
  const refusal = storeErrorOf(thrown)
  if (refusal === undefined) return fault()
  const { code, message, successor } = refusal
  if (code === 'SEALED' && successor !== undefined) return answer('SUCCEEDED', message, { successor }, {})
  return code === 'UNAVAILABLE' ? unavailable() : fault()
}

/** A refusal, without any text of what was thrown, and without the events: the sender has them. */
function refusalOf(error: RunError): ProblemAnswer {
  const { code, message, run, sequence, index, reason, details, fatal } = error.toJSON()
  const more = { run, sequence, index, reason, details, ...(fatal === true && { fatal }) }
  const shown = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
  return answer(code as ProblemCode, String(message), shown, {})
}

function fault(): ProblemAnswer {
  return { ...answer('INTERNAL', 'something is wrong at this server; its log says what', {}, {}), isFault: true }
}

function unavailable(): ProblemAnswer {
  const detail =
    'the store of this server does not answer, and whether something was applied is not known; try again later, with the same ' +
    'Idempotency-Key'
  return { ...answer('UNAVAILABLE', detail, {}, { 'retry-after': '1' }), isFault: true }
}

function answer(
  code: ProblemCode,
  detail: string,
  more: Partial<Problem>,
  headers: Readonly<Record<string, string>>,
): ProblemAnswer {
  const problem: Problem = {
    type: `urn:xmachines:problem:${code}`,
    title: code.toLowerCase().replaceAll('_', ' '),
    status: STATUS[code],
    code,
    detail,
    ...more,
  }
  return { problem, headers, isFault: false }
}

/** The answer of a problem. */
export function problemResponse({ problem, headers }: ProblemAnswer): BareAnswer {
  const all = { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', ...headers }
  return bareAnswer(problem.status, all, JSON.stringify(problem))
}
