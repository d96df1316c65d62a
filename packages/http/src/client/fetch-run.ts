// Asks a server for the history of a run, and connects to it.

import type { Machine, RunEvent } from '@xmachines/core'
import { START } from '../wire/offset.ts'
import { type ConnectRunOptions, connectRun } from './connect-run.ts'
import type { ConnectedRun } from './connected-run.ts'
import { requestsTo } from './requests.ts'

/** How a run is fetched and connected. */
export type FetchRunOptions = Omit<ConnectRunOptions, 'history'>

/**
 * Asks a server for the history of a run, and connects to it.
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
  options: FetchRunOptions = {},
): Promise<ConnectedRun<State, Event, Output, Input>> {
  const { signal = new AbortController().signal } = options
  const records = await requestsTo(String(url), options).readHistory(START, signal)
  // `connectRun` checks each record.
  const history = records as never
  return connectRun(url, machine, { ...options, history })
}
