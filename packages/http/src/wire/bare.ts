// Requests and answers without the objects of `Request` and `Response`, which cost more than answering a small request does. A
// server that knows how asks a handler by them. Everybody else has a `Request`, which is a request of this kind as well.

/** What is needed of a request to answer it. */
export interface BareRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null; has(name: string): boolean }
  readonly body: ReadableStream<Uint8Array> | null
  /** Aborts if the connection breaks off. */
  readonly signal: AbortSignal
  /** Whether the body of the answer is cancelled then, so that a stream need not watch the signal. Absent from a `Request`. */
  readonly cancelsBody?: boolean
  /** Reads the body; undefined if it has more bytes than so many. Absent from a `Request`: that has `body`. */
  readonly readBytes?: (most: number) => Promise<Uint8Array | undefined>
  /** The same as a `Request`, for code of users. Absent from a `Request`. */
  readonly whole?: () => Request
}

/** An answer. */
export interface BareAnswer {
  readonly isBare: true
  readonly status: number
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | ReadableStream<Uint8Array> | null
}

/** The member of a handler that answers bare requests. It is registered, so that it is the same in each copy of this package. */
export const bare: unique symbol = Symbol.for('@xmachines/http: bare')

/** A handler that answers bare requests. */
export interface BareHandler {
  readonly [bare]: (request: BareRequest) => Promise<Response | BareAnswer>
}

/** A bare answer. */
export function bareAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | ReadableStream<Uint8Array> | null = null,
): BareAnswer {
  return { isBare: true, status, headers, body }
}

/** Whether an answer is a bare one. */
export function isBare(answer: Response | BareAnswer): answer is BareAnswer {
  return 'isBare' in answer
}

/** An answer as a `Response`. */
export function responseOf(answer: Response | BareAnswer): Response {
  if (!isBare(answer)) return answer
  const { status, headers, body } = answer
  return new Response(body, { status, headers })
}
