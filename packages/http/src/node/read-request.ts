// A request of Node as a `Request`. Its body is read when it is asked for.

import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/** A request of Node. */
export type Message = IncomingMessage | Http2ServerRequest

/** Whether the connection has one request at a time. */
export function isHttp1({ httpVersionMajor }: Message): boolean {
  return httpVersionMajor < 2
}

/** The request; undefined if it is none that a `Request` can be. */
export function readRequest(message: Message, signal: AbortSignal): Request | undefined {
  const { method = 'GET', headers } = message
  try {
    const host = 'authority' in message ? message.authority : headers.host
    const url = new URL(
      message.url ?? '/',
      `${'encrypted' in message.socket ? 'https' : 'http'}://${host ?? 'localhost'}`,
    )
    const init = { method, headers: headersOf(message), signal }
    if (method === 'GET' || method === 'HEAD') return new Request(url, init)
    // Node needs to be told that the answer may come before the body has ended.
    const withBody: RequestInit & { readonly duplex: 'half' } = { ...init, body: bodyOf(message), duplex: 'half' }
    return new Request(url, withBody)
  } catch {
    // A URL, a method or a header that nobody may send.
    return undefined
  }
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
        message.on('end', () => controller.close())
        message.on('close', () => {
          if (!message.complete) fail(controller)
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
