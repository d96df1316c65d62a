// `@xmachines/http/node`: serves a handler with Node's own HTTP server. It takes any function from a `Request` to a `Response`.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { type BareHandler, type BareRequest, bare } from '../wire/bare.ts'
import { bareRequest } from './bare-request.ts'
import { isHttp1 } from './whole-request.ts'
import { writeAnswer } from './write-answer.ts'

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
  const answerBare = (handler as Partial<BareHandler>)[bare]
  return (message, given) => {
    // That of HTTP/2 has the same members.
    const answer = given as ServerResponse
    // A connection that breaks off is no news: `close` follows.
    answer.on('error', ignore)
    message.on('error', ignore)
    const request = bareRequest(message, answer)
    const answering = request && (answerBare?.(request) ?? answerWhole(handler, request))
    if (answering === undefined) {
      answer.writeHead(400, isHttp1(message) ? { connection: 'close' } : {}).end()
      return
    }
    answering.then(
      (found) => writeAnswer(answer, found, message),
      (error: unknown) => {
        console.error('a handler of requests rejected, which it must not do:', error)
        if (!answer.headersSent) answer.writeHead(500)
        answer.end()
      },
    )
  }
}

function ignore(): void {
  // One function for all connections: there may be thousands.
}

/** Answers the `Request` of a request; undefined if there is none. */
function answerWhole(
  handler: RequestHandler,
  request: Required<Pick<BareRequest, 'whole'>>,
): Promise<Response> | undefined {
  let whole: Request
  try {
    whole = request.whole()
  } catch {
    return undefined
  }
  return handler(whole)
}
