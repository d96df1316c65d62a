// `@xmachines/http/node`: serves a handler with Node's own HTTP server. It takes any function from a `Request` to a `Response`.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { isHttp1, readRequest } from './read-request.ts'
import { writeResponse } from './write-response.ts'

/** A listener of `request`, for servers of `node:http`, `node:https` and `node:http2`. */
export type NodeListener = (
  message: IncomingMessage | Http2ServerRequest,
  answer: ServerResponse | Http2ServerResponse,
) => void

/** What answers requests: `createHandler` makes one. */
export type RequestHandler = (request: Request) => Promise<Response>

/**
 * A server for a handler. It does not listen yet. When a connection breaks off, the body of its answer is cancelled.
 *
 * @param handler what answers requests
 * @returns a server of `node:http`
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { serveNode } from '@xmachines/http/node'
 * import { createHandler, openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const host = openHost(memoryStore(), [counter])
 * const server = serveNode(createHandler(host)).listen(0)
 * console.log(server.listening) // true
 * server.close()
 * await host.close()
 * ```
 */
export function serveNode(handler: RequestHandler): Server {
  return createServer(nodeListener(handler))
}

/**
 * The same as a listener, for a server of your own: one of `node:https`, one of `node:http2`, where one connection carries all
 * streams of a page, or one that does other things as well.
 *
 * @param handler what answers requests
 * @returns a listener of `request`
 */
export function nodeListener(handler: RequestHandler): NodeListener {
  return (message, given) => {
    // That of HTTP/2 has the same members.
    const answer = given as ServerResponse
    const gone = new AbortController()
    answer.on('close', () => {
      if (!answer.writableEnded) gone.abort()
    })
    // A connection that breaks off is no news: `close` follows.
    answer.on('error', () => undefined)
    message.on('error', () => undefined)
    const request = readRequest(message, gone.signal)
    if (request === undefined) {
      answer.writeHead(400, isHttp1(message) ? { connection: 'close' } : {}).end()
      return
    }
    handler(request).then(
      (response) => writeResponse(answer, response, message),
      (error: unknown) => {
        console.error('a handler of requests rejected, which it must not do:', error)
        if (!answer.headersSent) answer.writeHead(500)
        answer.end()
      },
    )
  }
}
