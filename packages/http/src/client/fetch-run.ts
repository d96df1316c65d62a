// Asks a server for the history of a run, and connects to it.

import type { AnyMachine, HistoryRecord, Machine, RunEvent } from '@xmachines/core'
import { JSON_TYPE } from '../wire/media-types.ts'
import { START } from '../wire/offset.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { type ConnectRemoteOptions, type ConnectRunOptions, connectRun } from './connect-run.ts'
import type { ConnectedRun, RemoteRun } from './connected-run.ts'
import type { MachineLabel } from './remote-run.ts'
import { bodyOf, requestsTo } from './requests.ts'

/** How a run is fetched and connected. */
export type FetchRunOptions = Omit<ConnectRunOptions, 'history'>

/** How a run is fetched and connected whose machine does not run here. */
export type FetchRemoteOptions = Omit<ConnectRemoteOptions<unknown>, 'snapshot'>

/**
 * Asks a server for the history of a run, or with `mode: 'remote'` for its snapshot, and connects to it.
 *
 * @param url where the run is, such as `https://example.org/r/ID`
 * @param machine the machine of the run
 * @param options as for `connectRun`
 * @returns the run
 * @throws {ConnectionError} if the server does not give the history
 * @throws {RunError} as `restoreRun`
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { fetchRun } from '@xmachines/http'
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
 * const { snapshot } = await host.create(counter)
 *
 * const run = await fetchRun(`http://localhost/r/${snapshot.run}`, counter, { fetch: handler })
 * run.in.send([{ type: 'INC' }, { type: 'INC' }])
 * console.log(await run.flush(), run.state) // 1 2
 * run.close()
 * await host.close()
 * ```
 */
export async function fetchRun<State, Event extends RunEvent, Output, Input>(
  url: string | URL,
  machine: Machine<State, Event, Output, Input>,
  options?: FetchRunOptions,
): Promise<ConnectedRun<State, Event, Output, Input>>
export async function fetchRun<State, Event extends RunEvent = RunEvent>(
  url: string | URL,
  machine: MachineLabel,
  options: FetchRemoteOptions,
): Promise<RemoteRun<State, Event>>
export async function fetchRun(
  url: string | URL,
  machine: AnyMachine | MachineLabel,
  options: FetchRunOptions | FetchRemoteOptions = {},
): Promise<unknown> {
  const where = String(url)
  const { signal = new AbortController().signal } = options
  const requests = requestsTo(where, options)
  if (options.mode === 'remote') {
    const response = await requests.send('', { headers: { accept: JSON_TYPE }, signal })
    // The server is who says what its state is.
    const snapshot = (await bodyOf(where, response)) as WireSnapshot
    return connectRun(url, machine, { ...options, snapshot })
  }
  // `connectRun` checks each record.
  const history = (await requests.readHistory(START, signal)) as readonly HistoryRecord<RunEvent>[]
  return connectRun(url, machine as AnyMachine, { ...options, history })
}
