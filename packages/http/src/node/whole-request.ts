// A request of Node as a `Request`. Its body is read when it is asked for.

import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/** A request of Node. */
export type Message = IncomingMessage | Http2ServerRequest

/** Whether the connection has one request at a time. */
export function isHttp1({ httpVersionMajor }: Message): boolean {
  return httpVersionMajor < 2
}

/** Whether the connection, or the stream of an HTTP/2 connection, broke off before the body ended. */
export function isCutOff(message: Message): boolean {
  // To Node, the body of a stream that was reset is complete.
  return !message.complete || ('stream' in message && message.stream.aborted)
}

/** The URL of a request; undefined if it is not valid. */
export function urlOf(message: Message): URL | undefined {
  const { url = '/', headers, socket } = message
  const host = 'authority' in message ? message.authority : headers.host
  try {
    return new URL(url, `${'encrypted' in socket ? 'https' : 'http'}://${host ?? 'localhost'}`)
  } catch {
    return undefined
  }
}

/** What a request is made with. */
interface WholeRequestPlan {
  readonly method: string
  readonly url: string
  readonly signal: AbortSignal
  /** Whether its body is still to be read. */
  readonly hasBody: boolean
}

/** @throws {TypeError} if a `Request` cannot express it */
export function wholeRequest(message: Message, { method, url, signal, hasBody }: WholeRequestPlan): Request {
  const init = { method, headers: headersOf(message), signal }
  if (method === 'GET' || method === 'HEAD' || !hasBody) return new Request(url, init)
  // Node needs to be told that the answer may come before the body has ended.
  const withBody: RequestInit & { readonly duplex: 'half' } = { ...init, body: bodyOf(message), duplex: 'half' }
  return new Request(url, withBody)
}

function headersOf({ rawHeaders }: Message): Headers {
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    // HTTP/2 has these among its headers.
    if (!name.startsWith(':')) headers.append(name, value)
  }
  return headers
}

/** The body as a stream that reads no more than it is asked for. If it is cancelled, the connection stays open for the answer. */
function bodyOf(message: Message): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        message.pause()
        message.on('data', (chunk: Uint8Array) => {
          controller.enqueue(chunk)
          message.pause()
        })
        message.on('end', () => {
          if (isCutOff(message)) fail(controller)
          else controller.close()
        })
        message.on('close', () => {
          if (isCutOff(message)) fail(controller)
        })
      },
      pull() {
        message.resume()
      },
      cancel() {
        message.removeAllListeners('data').removeAllListeners('end')
        message.pause()
      },
    },
    { highWaterMark: 0 },
  )
}

function fail(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.error(new Error('the connection broke off'))
  } catch {
    // It was cancelled before.
  }
}
