// Requests and answers without the objects of `Request` and `Response`, which cost more than answering a small request does. A
// server that knows how asks a handler by them. Everybody else has a `Request`, which is a request of this kind as well.

/** What is needed of a request to answer it. */
export interface BareRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null; has(name: string): boolean }
  readonly body: ReadableStream<Uint8Array> | null
  readonly signal: AbortSignal
  /** Reads the body; undefined if it has more bytes than so many. Absent from a `Request`: that has `body`. */
  readonly readBytes?: (most: number) => Promise<Uint8Array | undefined>
  /** The same as a `Request`, for code of users. Absent from a `Request`. */
  readonly whole?: () => Request
}

/** An answer that is all there. */
export interface BareAnswer {
  readonly status: number
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string | null
}

/** The member of a handler that answers bare requests. It is registered, so that it is the same in each copy of this package. */
export const bare: unique symbol = Symbol.for('@xmachines/http: bare')

/** A handler that answers bare requests, perhaps barely. */
export interface BareHandler {
  readonly [bare]: (request: BareRequest) => Promise<Response | BareAnswer>
}

/** Whether an answer is a bare one. */
export function isBare(answer: Response | BareAnswer): answer is BareAnswer {
  return 'text' in answer && typeof answer.text !== 'function'
}

/** An answer as a `Response`. */
export function responseOf(answer: Response | BareAnswer): Response {
  if (!isBare(answer)) return answer
  const { status, headers, text } = answer
  return new Response(text, { status, headers })
}
