/** Clients of a handler in the same process, for tests: connections that can be cut, and a count of what is requested. */
import type { Machine, RunEvent } from '@xmachines/core'
import { type ConnectedRun, type ConnectRunOptions, connectRun } from '@xmachines/http'
import { onTestFinished } from 'vitest'
import type { Served } from './calls.ts'
import { order, till } from './machines.ts'

/** What becomes of the next request, decided by the test: nothing unless it says so. */
export type Cut =
  /** It never arrives. */
  | 'before'
  /** It arrives, and its answer does not. */
  | 'after'
  /** Its answer breaks off. */
  | 'within'

export interface Line {
  readonly fetch: (request: Request) => Promise<Response>
  /** `METHOD PATH` of what was requested. */
  readonly requests: string[]
  /** Says for each request whether it is cut. */
  cut: (request: Request) => Cut | undefined
  /** Cuts the streams that are open. */
  drop(): void
}

export const url = (id: string): string => `http://runs.example/r/${id}`

/** A line to a handler. What is aborted is given up at once, as with `fetch`. */
export function lineTo(handler: (request: Request) => Promise<Response>): Line {
  const open = new Set<() => void>()
  const line: Line = {
    requests: [],
    cut: () => undefined,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      line.requests.push(`${request.method} ${pathname}${search.includes('live') ? ' live' : ''}`)
      const cut = line.cut(request)
      if (cut === 'before') throw new TypeError('fetch failed')
      const response = await handler(request)
      if (cut === 'after') {
        await response.body?.cancel()
        throw new TypeError('fetch failed')
      }
      const { body } = response
      if (body === null) return response
      const reader = body.getReader()
      let left = cut === 'within' ? 20 : Number.POSITIVE_INFINITY
      const given = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const stop = (): void => {
              open.delete(stop)
              controller.error(new TypeError('terminated'))
              reader.cancel().catch(() => undefined)
            }
            open.add(stop)
            request.signal.addEventListener('abort', stop)
          },
          async pull(controller) {
            const { done, value } = await reader.read()
            if (done) return controller.close()
            controller.enqueue(value.slice(0, left))
            left -= value.length
            if (left <= 0) controller.error(new TypeError('terminated'))
          },
          cancel: () => reader.cancel(),
        },
        { highWaterMark: 0 },
      )
      return new Response(given, { status: response.status, headers: response.headers })
    },
    drop() {
      for (const stop of Array.from(open)) stop()
    },
  }
  return line
}

/** The history of a run, as a server has it. */
export async function historyOf({ call }: Served, id: string): Promise<never> {
  return (await (await call('GET', `/r/${id}/history`)).json()) as never
}

export interface Connecting {
  readonly line?: Line
  readonly options?: Omit<Partial<ConnectRunOptions>, 'history'>
}

/** Connects to a run of any machine. */
export async function connect<State, Event extends RunEvent, Output, Input>(
  served: Served,
  id: string,
  machine: Machine<State, Event, Output, Input>,
  { line = lineTo(served.handler), options }: Connecting = {},
): Promise<ConnectedRun<State, Event, Output, Input>> {
  const history = await historyOf(served, id)
  const run = connectRun(url(id), machine, { history, fetch: (request) => line.fetch(request), ...options })
  onTestFinished(() => run.close())
  return run
}

/** Connects to a till. */
export const connectTill = (served: Served, id: string, connecting?: Connecting) =>
  connect(served, id, till, connecting)

/** Connects to an order. */
export const connectOrder = (served: Served, id: string, connecting?: Connecting) =>
  connect(served, id, order, connecting)
