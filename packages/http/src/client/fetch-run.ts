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
