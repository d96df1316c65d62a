// Connects a run of this process to the same run at a server.

import {
  type AnyMachine,
  type History,
  type Machine,
  type ObjectFormat,
  type RunEvent,
  restoreRun,
} from '@xmachines/core'
import { internalsOf, keepGiven } from '@xmachines/core/internal'
import type { WireSnapshot } from '../wire/snapshot.ts'
import type { ConnectedRun, LaterHistory, RemoteRun } from './connected-run.ts'
import { type Connection, openConnection } from './connection.ts'
import type { KeepPending } from './kept-batches.ts'
import { type RecordFeed, recordFeed } from './record-feed.ts'
import { type MachineLabel, openRemote } from './remote-run.ts'
import { type RequestOptions, type Requests, requestsTo } from './requests.ts'
import { connectedRun } from './run-of-connection.ts'

/** How any run is connected. */
interface ConnectOptions extends RequestOptions {
  /** Ends the connection. */
  readonly signal?: AbortSignal | undefined
  /** Keeps what is pending, so that a page that is loaded again sends it: `pendingIn(localStorage)`. */
  readonly store?: KeepPending | undefined
}

/** How a run is connected. */
export interface ConnectRunOptions<Event extends RunEvent = RunEvent> extends ConnectOptions {
  /** `remote` for a machine that does not run here. */
  readonly mode?: undefined
  /** Where the client begins: a whole history, such as one that came with the page. `fetchRun` asks the server for it. */
  readonly history: History<Event>
  /** The object format if it is not SHA-1, or a faster hash of the same. */
  readonly format?: ObjectFormat
  /** As with `createRun`. */
  readonly checkDeterminism?: boolean
}

/** How a run is connected whose machine does not run here. */
export interface ConnectRemoteOptions<State> extends ConnectOptions {
  readonly mode: 'remote'
  /** Where the client begins: what the server answers at the URL. `fetchRun` asks it. */
  readonly snapshot: WireSnapshot<State>
}

/**
 * Connects a run to the same run at a server. What is sent is applied at once, and sent to the server in order. What others do
 * comes in as it happens; what is pending is then stepped again behind it. What the server refuses comes out of `err`, and the
 * state is what the server says. Nothing is requested until somebody reads, subscribes or sends.
 *
 * With `mode: 'remote'` the machine does not run here: the run shows nothing before the server said so.
 *
 * @param url where the run is, such as `https://example.org/r/ID`; in a page it may be relative
 * @param machine the machine of the run; with `mode: 'remote'` its name and version are enough, as `NAME@VERSION`
 * @param options the history to begin with, or the snapshot with `mode: 'remote'`; and how requests are made
 * @returns the run, which hooks, `waitFor` and `handleOutputs` take
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RunError} as `restoreRun`
 *
 * @example
 * ```ts
 * import { defineMachine, waitFor } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { connectRun } from '@xmachines/http'
 * import { createHandler, openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * // The server, in this example without a network.
 * const host = openHost(memoryStore(), [counter])
 * const handler = createHandler(host)
 * const created = await handler(new Request('http://localhost/m/counter@1', { method: 'POST' }))
 * const url = `http://localhost${created.headers.get('location')}`
 * const history = await (await handler(new Request(`${url}/history`))).json()
 *
 * const run = connectRun(url, counter, { history, fetch: (request) => handler(request) })
 * run.in.send({ type: 'INC' })
 * console.log(run.state, run.pending) // 1 1
 * await run.flush()
 * console.log(run.pending) // 0
 * run.close()
 * await host.close()
 * ```
 */
export function connectRun<State, Event extends RunEvent, Output, Input>(
  url: string | URL,
  machine: Machine<State, Event, Output, Input>,
  options: ConnectRunOptions<NoInfer<Event>>,
): ConnectedRun<State, Event, Output, Input>
export function connectRun<State, Event extends RunEvent = RunEvent>(
  url: string | URL,
  machine: MachineLabel,
  options: ConnectRemoteOptions<State>,
): RemoteRun<State, Event>
export function connectRun(
  url: string | URL,
  machine: AnyMachine | MachineLabel,
  options: ConnectRunOptions | ConnectRemoteOptions<unknown>,
): unknown {
  const where = String(url)
  const requests = requestsTo(where, options)
  const { run, connection } =
    options.mode === 'remote'
      ? openRemote(where, machine, options.snapshot, requests)
      : openRecords(where, machine as AnyMachine, options, requests)
  const { signal, store } = options
  store?.(where, connection)
  const close = (): void => connection.close()
  if (signal?.aborted === true) close()
  signal?.addEventListener('abort', close)
  return run
}

/** Connects to a run whose machine runs here too. */
function openRecords(
  url: string,
  machine: AnyMachine,
  { history, format, checkDeterminism }: ConnectRunOptions,
  requests: Requests,
): { readonly run: unknown; readonly connection: Connection } {
  // A schema parses what is sent once, at the server.
  keepGiven()
  const restored = restoreRun([machine], history, {
    ...(format !== undefined && { format }),
    ...(checkDeterminism !== undefined && { checkDeterminism }),
  })
  const { log } = internalsOf(restored)
  let feed: RecordFeed | undefined
  const connection = openConnection({ confirmed: log, requests, url, feedOf: (plan) => (feed = recordFeed(plan)) })
  const own = { advance: (later: LaterHistory) => feed?.advance(later) }
  return { run: connectedRun(log.machine, connection, url, own), connection }
}
