// Requests to the server of a run, and what their answers say.

import type { StoredRecord } from '@xmachines/core/store'
import { NEXT_OFFSET, UP_TO_DATE } from '../wire/headers.ts'
import { JSON_TYPE, PROBLEM_TYPE } from '../wire/media-types.ts'
import type { Problem } from '../wire/problem.ts'
import { ConnectionError } from './connection-error.ts'

/** What `new Headers` takes. The DOM has a name for it, Node has not. */
type HeadersGiven = ConstructorParameters<typeof Headers>[0]

/** How requests are made. */
export interface RequestOptions {
  /** Sends a request: the platform's `fetch` unless given. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined
  /** Headers of every request, such as `authorization`; or a function that gives them, asked before each request. */
  readonly headers?: HeadersGiven | (() => HeadersGiven | Promise<HeadersGiven>)
}

/** What a request is sent with. */
type GivenInit = RequestInit & { readonly headers: Readonly<Record<string, string>> }

/** Makes requests to one run. */
export interface Requests {
  /**
   * Sends a request.
   * @param path behind the URL of the run, with a query
   * @throws {ConnectionError} if the answer is not a good one, or there is none
   */
  send(path: string, init: GivenInit): Promise<Response>
  /** Reads the records behind an offset, up to the latest. */
  readHistory(offset: string, signal: AbortSignal): Promise<StoredRecord[]>
}

/** The most seconds that a server is waited for: 11 days. With more than 24, a timer would fire at once. */
const LONGEST_WAIT = 1e6

/** Requests to the run at a URL. */
export function requestsTo(url: string, { fetch: given, headers }: RequestOptions): Requests {
  // The URL of a run may have a query of its own.
  const [base = '', query] = url.split('?')

  async function send(path: string, init: GivenInit): Promise<Response> {
    const [below = '', more] = path.split('?')
    const queries = [query, more].filter(Boolean).join('&')
    // The platform's own must not be called as a member of something else. It may be replaced after this module was loaded.
    const fetch = given ?? globalThis.fetch
    let response: Response
    try {
      const all = new Headers(typeof headers === 'function' ? await headers() : headers)
      for (const [name, value] of Object.entries(init.headers)) all.set(name, value)
      // A redirect leads to another run.
      const request = new Request(`${base}${below}${queries === '' ? '' : `?${queries}`}`, {
        ...init,
        headers: all,
        redirect: 'manual',
      })
      response = await fetch(request)
    } catch (cause) {
      throw unreachable(url, cause)
    }
    if (response.ok) return response
    throw await problemOf(url, response)
  }

  return {
    send,
    async readHistory(offset, signal) {
      const records: StoredRecord[] = []
      for (let from: string | null = offset; from !== null; ) {
        const response: Response = await send(`/history?offset=${from}`, {
          headers: { accept: JSON_TYPE },
          signal,
        })
        const page = await bodyOf(url, response)
        if (!Array.isArray(page)) throw unexpected(url, response.status)
        // Each record is checked by whoever applies it.
        records.push(...(page as StoredRecord[]))
        const isLast = page.length === 0 || response.headers.has(UP_TO_DATE)
        from = isLast ? null : response.headers.get(NEXT_OFFSET)
      }
      return records
    },
  }
}

/** The body of an answer, parsed. */
export async function bodyOf(url: string, response: Response): Promise<unknown> {
  let text: string
  try {
    text = await response.text()
  } catch (cause) {
    throw unreachable(url, cause)
  }
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw unexpected(url, response.status, cause)
  }
}

async function problemOf(url: string, response: Response): Promise<ConnectionError> {
  const { status, headers } = response
  const seconds = Number(headers.get('retry-after'))
  const retryAfter = seconds > 0 ? Math.min(seconds, LONGEST_WAIT) * 1000 : undefined
  // A redirect; a browser says 0.
  if (status < 400) {
    return new ConnectionError('SUCCEEDED', `${url} redirects to another run; connect to that one`, { status: 308 })
  }
  let problem: Problem | undefined
  // Anything else is the page of a server in between.
  if (headers.get('content-type')?.startsWith(PROBLEM_TYPE) === true) {
    try {
      problem = (await response.json()) as Problem
    } catch (cause) {
      // The answer broke off, so what became of the request is not known.
      return unreachable(url, cause)
    }
  } else await response.body?.cancel().catch(() => undefined)
  const why = problem?.detail ?? `the server answered with status ${status}`
  return new ConnectionError(problem?.code ?? CODES[status] ?? 'UNEXPECTED', `${url}: ${why}`, {
    status,
    problem,
    retryAfter,
  })
}

const CODES: Readonly<Record<number, ConnectionError['code']>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
}

/** The error for a server that does not answer. */
export function unreachable(url: string, cause: unknown): ConnectionError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ConnectionError('UNREACHABLE', `${url} does not answer: ${why}`, { cause })
}

function unexpected(url: string, status: number, cause?: unknown): ConnectionError {
  const what = 'what answers there is no server of runs; check the URL'
  return new ConnectionError('UNEXPECTED', `${url}: ${what}`, { status, cause })
}
