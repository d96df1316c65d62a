// Connects to a list of runs at a server: all that there are, and then each that appears, moves or leaves.

import { JSON_TYPE, SSE_TYPE } from '../wire/media-types.ts'
import { LIST_EVENTS, type RunEntry, type RunPage } from '../wire/run-entry.ts'
import type { ConnectionState } from './connection.ts'
import { followStream } from './follow-stream.ts'
import { bodyOf, type RequestOptions, requestsTo } from './requests.ts'
import type { ServerSentEvent } from './server-sent-events.ts'

/** Which runs, and how requests are made. */
export interface ListOptions extends RequestOptions {
  /** `NAME`, or `NAME@VERSION` for one version. */
  readonly machine: string
  /** The name of the state that the runs are in. */
  readonly at?: string | undefined
  /** Ends the request, or the connection. */
  readonly signal?: AbortSignal | undefined
}

/** Which page is fetched. */
export interface FetchListOptions extends ListOptions {
  /** The `cursor` of the page before it. */
  readonly cursor?: string | undefined
}

/** How a list is connected. */
export interface ConnectListOptions<Summary> extends ListOptions {
  /** What is shown before the server has answered, such as a page that came with the document. */
  readonly page?: RunPage<Summary> | undefined
}

/** What is known of a list. It is never changed: there is another object after each change. */
export interface ListedRuns<Summary = unknown> {
  /** In the order of their ids. */
  readonly runs: readonly RunEntry<Summary>[]
  /** Whether these are all runs that the list had at one moment. */
  readonly isComplete: boolean
  /** `connecting` before the server has answered, `live` while it says what changes, `offline` while it does not answer. */
  readonly connection: ConnectionState
  /** Why it does not get through: for the moment, or for good. */
  readonly problem: Error | undefined
}

/** A list at a server, for `useSyncExternalStore(list.subscribe, () => list.current, () => list.initial)`. */
export interface ConnectedList<Summary = unknown> {
  readonly current: ListedRuns<Summary>
  /** What was there at the beginning: for pages that a server rendered. */
  readonly initial: ListedRuns<Summary>
  /** Calls a listener after each change; returns a function that ends this. Bound. */
  readonly subscribe: (listener: () => void) => () => void
  /** Ends the connection. */
  close(): void
}

/** Milliseconds for which a list is still followed when nobody reads it any more. */
const LINGERING = 1000

/**
 * Connects to the list of the runs of a machine. Nothing is requested until somebody subscribes. If the server cannot be reached,
 * what is known stays, and the client tries again.
 *
 * @param url where the runs are, such as `https://example.org/r`; in a page it may be relative
 * @param options which runs, and how requests are made
 * @returns the list
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { connectList } from '@xmachines/http'
 * import { createHandler, hosted, openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * // The server, in this example without a network.
 * const host = openHost(memoryStore(), [hosted(counter, { summary: (count) => ({ count }) })])
 * await host.create(counter)
 *
 * const list = connectList<{ count: number }>('http://localhost/r', { machine: 'counter', fetch: createHandler(host) })
 * await new Promise<void>((resolve) => {
 *   list.subscribe(() => list.current.isComplete && resolve())
 * })
 * console.log(list.current.runs[0]?.summary) // { count: 0 }
 * list.close()
 * await host.close()
 * ```
 */
export function connectList<Summary = unknown>(
  url: string | URL,
  options: ConnectListOptions<Summary>,
): ConnectedList<Summary> {
  const where = String(url)
  const requests = requestsTo(where, options)
  const closing = new AbortController()
  const listeners = new Set<() => void>()
  const { page = { runs: [] }, signal } = options
  /** The runs as far as they have come in. They are shown once the server says that these are all. */
  let incoming = new Map<string, RunEntry<Summary>>()
  /** Where to continue. */
  let place = ''
  let following: AbortController | undefined
  let lingering: ReturnType<typeof setTimeout> | undefined
  const initial: ListedRuns<Summary> = {
    runs: page.runs,
    isComplete: options.page !== undefined && page.cursor === undefined,
    connection: 'connecting',
    problem: undefined,
  }
  let current = initial

  function show(change: Partial<ListedRuns<Summary>>): void {
    current = { ...current, ...change }
    for (const listener of Array.from(listeners)) listener()
  }

  function onEvent({ event, data, id }: ServerSentEvent): void {
    place = id ?? place
    // The server is who says what its runs are.
    const run = JSON.parse(data) as RunEntry<Summary>
    if (event === LIST_EVENTS.begin) incoming = new Map()
    else if (event === LIST_EVENTS.run) incoming.set(run.id, run)
    else if (event === LIST_EVENTS.gone) incoming.delete(run.id)
    else if (event === LIST_EVENTS.complete) {
      const runs = [...incoming.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
      show({ runs, isComplete: true })
    }
  }

  function follow(wanted: AbortSignal): void {
    void followStream(wanted, {
      url: where,
      open(stop) {
        const headers = { accept: SSE_TYPE, ...(place !== '' && { 'last-event-id': place }) }
        return requests.send(queryOf(options), { headers, signal: stop })
      },
      onEvent,
      onState: (isLive, problem) =>
        show({ connection: isLive ? 'live' : problem === undefined ? 'connecting' : 'offline', problem }),
      fail: close,
    })
  }

  function stopLater(): void {
    lingering = setTimeout(() => {
      following?.abort()
      following = undefined
    }, LINGERING)
  }

  function close(problem?: Error): void {
    if (closing.signal.aborted) return
    closing.abort()
    clearTimeout(lingering)
    following?.abort()
    show({ connection: 'offline', problem })
  }

  if (signal?.aborted === true) close()
  signal?.addEventListener('abort', () => close())

  return {
    get current() {
      return current
    },
    initial,
    subscribe(listener) {
      // One function may be given twice.
      const call = (): void => listener()
      listeners.add(call)
      clearTimeout(lingering)
      if (following === undefined && !closing.signal.aborted) {
        following = new AbortController()
        follow(following.signal)
      }
      return () => {
        if (listeners.delete(call) && listeners.size === 0) stopLater()
      }
    },
    close: () => close(),
  }
}

/**
 * Asks a server for one page of the runs of a machine: for a page that a server renders, or for lists that are too long to follow.
 *
 * @param url where the runs are, such as `https://example.org/r`
 * @param options which runs, and which page
 * @returns the page
 * @throws {ConnectionError} if the server does not give it
 */
export async function fetchList<Summary = unknown>(
  url: string | URL,
  options: FetchListOptions,
): Promise<RunPage<Summary>> {
  const where = String(url)
  const { signal = new AbortController().signal, cursor } = options
  const path = queryOf(options) + (cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`)
  const response = await requestsTo(where, options).send(path, { headers: { accept: JSON_TYPE }, signal })
  // The server is who says what its runs are.
  return (await bodyOf(where, response)) as RunPage<Summary>
}

function queryOf({ machine, at }: ListOptions): string {
  const query = `?machine=${encodeURIComponent(machine)}`
  return at === undefined ? query : `${query}&at=${encodeURIComponent(at)}`
}
