// A request of Node, as bare as it comes. The `Request` of it is made if somebody asks.

import type { ServerResponse } from 'node:http'
import type { BareRequest } from '../wire/bare.ts'
import { isCutOff, type Message, urlOf, wholeRequest } from './whole-request.ts'

/** The request; undefined if a `Request` cannot express it. */
export function bareRequest(message: Message, answer: ServerResponse): NodeRequest | undefined {
  const { method = 'GET' } = message
  const url = urlOf(message)
  // The Fetch standard forbids these methods, and these URLs.
  if (url === undefined || url.username !== '' || url.password !== '') return undefined
  if (method === 'CONNECT' || method === 'TRACE') return undefined
  return new NodeRequest(message, answer, method, url.href)
}

class NodeRequest implements BareRequest {
  readonly method: string
  readonly url: string
  readonly headers: NodeHeaders
  readonly cancelsBody = true
  readonly #message: Message
  readonly #answer: ServerResponse
  #gone: AbortController | undefined
  #whole: Request | undefined
  #isRead = false

  constructor(message: Message, answer: ServerResponse, method: string, url: string) {
    this.method = method
    this.url = url
    this.headers = new NodeHeaders(message)
    this.#message = message
    this.#answer = answer
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.whole().body
  }

  get signal(): AbortSignal {
    if (this.#gone === undefined) {
      const gone = new AbortController()
      this.#gone = gone
      const answer = this.#answer
      const check = (): void => {
        if (!answer.writableEnded) gone.abort()
      }
      if (answer.closed) check()
      else answer.on('close', check)
    }
    return this.#gone.signal
  }

  readBytes(most: number): Promise<Uint8Array | undefined> {
    const message = this.#message
    this.#isRead = true
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = []
      let length = 0
      message.on('data', (chunk: Uint8Array) => {
        length += chunk.byteLength
        chunks.push(chunk)
        if (length <= most) return
        // The rest is not read. The connection stays open for the answer.
        message.removeAllListeners('data').pause()
        resolve(undefined)
      })
      const check = (): void => {
        if (isCutOff(message)) reject(new Error('the connection broke off'))
      }
      message.on('end', () => {
        check()
        resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length))
      })
      if (message.closed) check()
      else message.on('close', check)
    })
  }

  whole(): Request {
    return (this.#whole ??= wholeRequest(this.#message, {
      method: this.method,
      url: this.url,
      signal: this.signal,
      hasBody: !this.#isRead,
    }))
  }
}

/** The headers of a request: those of one name are joined, as `Headers` does. */
class NodeHeaders {
  readonly #message: Message
  #joined: Map<string, string> | undefined

  constructor(message: Message) {
    this.#message = message
  }

  get(name: string): string | null {
    return (this.#joined ??= join(this.#message)).get(name) ?? null
  }

  has(name: string): boolean {
    return (this.#joined ??= join(this.#message)).has(name)
  }
}

function join({ rawHeaders }: Message): Map<string, string> {
  const joined = new Map<string, string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    const value = rawHeaders[at + 1] as string
    const before = joined.get(name)
    joined.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return joined
}
