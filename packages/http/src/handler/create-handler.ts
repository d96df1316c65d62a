// The handler: a function of a `Request` that gives a `Response`, for any server that has them.

import type { HeldRun, Host } from '../host/host.ts'
import { type BareAnswer, type BareRequest, bare, bareAnswer, isBare, responseOf } from '../wire/bare.ts'
import { historyPath, runPath } from '../wire/paths.ts'
import { corsHeaders, isForeign, type Origins, preflightHeaders } from './cors.ts'
import { HttpProblem, type ProblemAnswer, problemOf, problemResponse } from './http-problem.ts'
import { checkLimits, LIMITS, type Limits } from './limits.ts'
import type { Action, Call, Method, Operation, Route, WantedEvents } from './operation.ts'
import { allowed, routes } from './routes.ts'
import { recordPages } from './streams/record-pages.ts'
import { subscribers as startSubscribers } from './streams/subscribers.ts'

/** What a caller wants to do, and to what. */
export interface Wanted {
  readonly action: Action
  /** The id of the run, if it is about one. It may be one that does not exist. */
  readonly id: string | undefined
  /**
   * `NAME@VERSION`, if the path names a machine, and for each run of a list. For a list itself, what its query says: `NAME` or
   * `NAME@VERSION`.
   */
  readonly machine: string | undefined
}

/** How requests are answered. */
export interface HandlerOptions {
  /**
   * Says whether a caller may do something, before anything is opened. A run that a caller may not see is answered as one that
   * does not exist, everything else with 403; or give the answer. Without it, everybody may do everything.
   */
  readonly authorize?: (request: Request, wanted: Wanted) => boolean | Response | Promise<boolean | Response>
  /**
   * Says whether a caller may send these events, once `authorize` has said that events may be sent at all. If not, the answer is
   * 403; or give the answer. Nothing is applied before.
   */
  readonly authorizeEvents?: (
    request: Request,
    wanted: WantedEvents,
  ) => boolean | Response | Promise<boolean | Response>
  /** The origins whose pages may use the server. Those of its own origin always may. */
  readonly origins?: Origins
  /** What requests may cost. */
  readonly limits?: Partial<Limits>
  /** The path below which everything is, such as `/api`. */
  readonly base?: string
  /** Learns of faults that are answered with 500 or 503. They are printed unless this is given. */
  readonly onError?: (error: unknown, request: Request) => void
}

/** A handler of requests. */
export interface Handler {
  (request: Request): Promise<Response>
  /** How many streams and long polls are open. */
  readonly subscribers: number
}

/** Headers of every answer. */
const ALWAYS = { 'x-content-type-options': 'nosniff' }

/**
 * Makes the handler of a host's runs: a function from a `Request` to a `Response`, which never rejects.
 *
 * @param host made by `openHost`
 * @param options who may do what, from which origins, and at what cost
 * @returns the handler
 * @throws {RangeError} if `base` does not begin with a slash, or ends with one, or a limit is not a number from 1
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { createHandler, openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const host = openHost(memoryStore(), [counter])
 * const handler = createHandler(host)
 * const created = await handler(new Request('http://localhost/m/counter@1', { method: 'POST' }))
 * console.log(created.status) // 201
 * const written = await handler(
 *   new Request(`http://localhost${created.headers.get('location')}`, {
 *     method: 'PATCH',
 *     headers: { 'content-type': 'application/json' },
 *     body: '{"type":"INC"}',
 *   }),
 * )
 * console.log((await written.json()).state) // 1
 * await host.close()
 * ```
 */
export function createHandler(host: Host, options: HandlerOptions = {}): Handler {
  const { authorize, authorizeEvents, origins, base = '', onError = print } = options
  if (base !== '' && !/^\/.*[^/]$/.test(base)) {
    throw new RangeError(
      `base is ${JSON.stringify(base)}; it begins with a slash and does not end with one, as /api does`,
    )
  }
  const limits = checkLimits({ ...LIMITS, ...options.limits })
  const subscribers = startSubscribers(
    limits.subscribers,
    Math.max(10, Math.min(limits.heartbeatMs, limits.streamMs) / 4),
  )
  const pages = recordPages(limits)

  async function handle(request: BareRequest): Promise<Response | BareAnswer> {
    let response: Response | BareAnswer
    try {
      response = await answer(request)
    } catch (thrown) {
      const found = problemOf(thrown)
      if (found.isFault) report(thrown, wholeOf(request))
      response = problemResponse(located(found, request))
    }
    return await (isBare(response) ? finishBare(request, response) : finish(request, response))
  }

  /** A problem that says where the successor of the run is: what was asked for, of that run. */
  function located(found: ProblemAnswer, request: BareRequest): ProblemAnswer {
    const { successor } = found.problem
    if (successor === undefined) return found
    const path = new URL(request.url).pathname.endsWith('/history') ? historyPath(successor) : runPath(successor)
    return { ...found, headers: { ...found.headers, location: base + path } }
  }

  /** Reports a fault. The request is answered, whatever becomes of that. */
  function report(error: unknown, request: Request): void {
    try {
      onError(error, request)
    } catch (thrown) {
      print(thrown, request)
    }
  }

  async function answer(given: BareRequest): Promise<Response | BareAnswer> {
    // Code of users may read the body of its request, and then nobody else can.
    const request = authorize === undefined ? given : wholeOf(given)
    const url = new URL(request.url)
    const { route, named } = find(url.pathname)
    const { method } = request
    if (method === 'OPTIONS') return showMethods(request, route)
    const operation = route.methods[(method === 'HEAD' ? 'GET' : method) as Method]
    if (operation === undefined) throw notAllowed(route, method)
    if (method === 'POST' || method === 'PATCH') checkOrigin(request)
    const { id } = named
    const { action } = operation
    const machine = named.machine ?? operation.machineOf?.(url)
    const refused = await permit(request, { action, machine, id })
    if (refused !== undefined) return refused
    return await call(operation, request, url, { machine: machine ?? '', id: id ?? '' })
  }

  function find(path: string): {
    readonly route: Route
    readonly named: { readonly machine?: string; readonly id?: string }
  } {
    if (path.startsWith(`${base}/`)) {
      const below = decode(path.slice(base.length))
      for (const route of routes) {
        const named = route.match(below)
        if (named !== undefined) return { route, named }
      }
    }
    throw notFound()
  }

  function showMethods(request: BareRequest, route: Route): BareAnswer {
    const methods = allowed(route)
    const takes = route.methods.PATCH?.takes
    const headers = {
      allow: methods,
      ...(takes !== undefined && { 'accept-patch': takes.join(', ') }),
      ...preflightHeaders(request, methods),
    }
    return bareAnswer(204, headers)
  }

  function checkOrigin(request: BareRequest): void {
    if (!isForeign(request, origins)) return
    throw new HttpProblem('FORBIDDEN', 'a page of this origin may not send requests here; add it to origins if it may')
  }

  /** What is said about a caller. */
  async function ask(request: BareRequest, wanted: Wanted): Promise<boolean | Response> {
    return authorize === undefined ? true : await authorize(wholeOf(request), wanted)
  }

  /** The answer to a caller who may not do something, if `authorize` gave one. */
  async function permit(request: BareRequest, wanted: Wanted): Promise<Response | undefined> {
    const verdict = await ask(request, wanted)
    if (verdict === true) return undefined
    if (typeof verdict === 'object') return verdict
    if (wanted.id !== undefined) throw notFound()
    throw new HttpProblem('FORBIDDEN', 'the caller may not do this')
  }

  /** The answer to a caller who may not send these events. */
  async function permitEvents(request: BareRequest, wanted: WantedEvents): Promise<Response | undefined> {
    const verdict = authorizeEvents === undefined ? true : await authorizeEvents(wholeOf(request), wanted)
    if (verdict === true) return undefined
    if (typeof verdict === 'object') return verdict
    throw new HttpProblem('FORBIDDEN', 'the caller may not send these events')
  }

  async function call(
    operation: Operation,
    request: BareRequest,
    url: URL,
    named: { readonly machine: string; readonly id: string },
  ): Promise<Response | BareAnswer> {
    let held: HeldRun | undefined
    const given: Call = {
      request,
      url,
      host,
      limits,
      subscribers,
      pages,
      base,
      ...named,
      async hold() {
        held ??= await host.hold(named.id)
        return held
      },
      permitEvents: (wanted) => permitEvents(request, wanted),
      may: authorize && (async (run) => (await ask(request, { action: 'read', ...run })) === true),
    }
    try {
      return await operation.respond(given)
    } finally {
      held?.release()
    }
  }

  /** Headers that an answer has unless it says otherwise. */
  function moreHeaders(request: BareRequest): Record<string, string> {
    const policy = origins === undefined ? 'same-origin' : 'cross-origin'
    return { ...ALWAYS, 'cross-origin-resource-policy': policy, ...corsHeaders(request, origins) }
  }

  const varies = origins !== undefined && origins !== '*'

  async function finishBare(request: BareRequest, { status, headers, body }: BareAnswer): Promise<BareAnswer> {
    const all = { ...moreHeaders(request), ...headers }
    if (varies) all['vary'] = all['vary'] === undefined ? 'Origin' : `${all['vary']}, Origin`
    if (request.method !== 'HEAD') return bareAnswer(status, all, body)
    if (typeof body === 'object') await body?.cancel()
    return bareAnswer(status, all)
  }

  async function finish(request: BareRequest, response: Response): Promise<Response> {
    // The headers of an answer that `authorize` gave may be immutable.
    const headers = new Headers(response.headers)
    for (const [name, value] of Object.entries(moreHeaders(request))) if (!headers.has(name)) headers.set(name, value)
    if (varies) headers.append('vary', 'Origin')
    if (request.method === 'HEAD') await response.body?.cancel()
    const { status } = response
    return new Response(request.method === 'HEAD' ? null : response.body, { status, headers })
  }

  const handler = async (request: Request): Promise<Response> => responseOf(await handle(request))
  return Object.defineProperties(handler, {
    subscribers: { get: () => subscribers.count },
    [bare]: { value: handle },
  }) as Handler
}

/** A request as code of users gets it. */
function wholeOf(request: BareRequest): Request {
  // What has no such member is a `Request`.
  return request.whole === undefined ? (request as Request) : request.whole()
}

/** A path with its segments decoded. */
function decode(path: string): string {
  try {
    const segments = path.split('/').map(decodeURIComponent)
    if (!segments.some((segment) => segment.includes('/'))) return segments.join('/')
  } catch {
    throw new HttpProblem('INVALID_REQUEST', 'the path has a percent sign that encodes nothing; write %25')
  }
  throw notFound()
}

function notFound(): HttpProblem {
  return new HttpProblem('NOT_FOUND', 'there is nothing at this path; GET /openapi.json lists the paths')
}

function notAllowed(route: Route, method: string): HttpProblem {
  const more = route.path.endsWith('/history') ? ': a history is written by PATCH to its run' : ''
  return new HttpProblem('METHOD_NOT_ALLOWED', `${method} is not allowed here${more}`, { allow: allowed(route) })
}

function print(error: unknown, { method, url }: Request): void {
  console.error(`${method} ${new URL(url).pathname}:`, error)
}
