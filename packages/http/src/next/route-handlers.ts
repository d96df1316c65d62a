// The handler as a route of Next.js: `app/api/[[...path]]/route.ts`.

import { createHandler, type Handler, type HandlerOptions } from '../handler/create-handler.ts'
import type { Host } from '../host/host.ts'

/** What a `route.ts` exports. */
export type RouteHandlers = Readonly<
  Record<'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST', (request: Request) => Promise<Response>>
>

/**
 * The route of a host's runs. The host is opened by the first request.
 *
 * @param host gives the host, such as what `oncePerProcess` makes
 * @param options those of `createHandler`; `base` is the path of the route
 * @returns the functions that the module of a route exports
 *
 * @example
 * ```ts
 * // app/api/[[...path]]/route.ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { oncePerProcess, routeHandlers } from '@xmachines/http/next'
 * import { openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const host = oncePerProcess(() => openHost(memoryStore(), [counter]))
 *
 * export const { GET, HEAD, OPTIONS, PATCH, POST } = routeHandlers(host, { base: '/api' })
 *
 * const response = await POST(new Request('http://localhost/api/m/counter@1', { method: 'POST' }))
 * console.log(response.status) // 201
 * await (await host()).close()
 * ```
 */
export function routeHandlers(host: () => Promise<Host>, options: HandlerOptions = {}): RouteHandlers {
  let handler: Promise<Handler> | undefined

  async function answer(request: Request): Promise<Response> {
    handler ??= host().then((opened) => createHandler(opened, options))
    const opening = handler
    // The next request tries again.
    opening.catch(() => {
      if (handler === opening) handler = undefined
    })
    return (await opening)(request)
  }

  return { GET: answer, HEAD: answer, OPTIONS: answer, PATCH: answer, POST: answer }
}
