'use client'

// A run at the other end of HTTP, in a component.

import type { Machine, RunEvent } from '@xmachines/core'
import { type ConnectedRun, type ConnectRunOptions, connectRun } from '@xmachines/http'
import { useEffect, useInsertionEffect, useMemo } from 'react'
import { checkMachine, wrongArgument } from '../check-run.ts'
import { hasMode } from '../mode.ts'
import { sharedConnection } from './connected-runs.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** How a component is connected. All but `history` is read when the page connects. */
export type UseConnectedRunOptions<Event extends RunEvent = RunEvent> = Omit<ConnectRunOptions<Event>, 'signal'>

/**
 * A run at the other end of HTTP. Components with the same URL and machine share it, and the page is connected once. The server
 * renders the history that it is given, and requests nothing; hydration begins with the same. A later history, such as one that
 * comes with a page that is rendered again, brings the run forward. The connection ends some time after the last component has
 * unmounted, once what is pending is sent.
 *
 * @param url where the run is, such as `/api/r/ID`
 * @param machine the machine of the run. Define it outside of components: another one is another connection
 * @param options the history to begin with, and how requests are made
 * @returns the run, which all other hooks take; `useOutputs` with `each: true`
 * @throws {RunError} to the nearest error boundary, if the machine does not accept the history
 *
 * @example
 * ```tsx
 * import { defineMachine, type RunDocument } from '@xmachines/core'
 * import { useSend, useSnapshot } from '@xmachines/react'
 * import { useConnectedRun, useConnection } from '@xmachines/react/connected'
 *
 * type CounterEvent = { type: 'INC' }
 *
 * const counter = defineMachine<number, CounterEvent>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 *
 * export function Counter({ url, history }: { url: string; history: RunDocument<CounterEvent> }) {
 *   const run = useConnectedRun(url, counter, { history })
 *   const count = useSnapshot(run, ({ state }) => state)
 *   const { connection, pending } = useConnection(run)
 *   const send = useSend(run)
 *   return (
 *     <button type="button" onClick={() => send({ type: 'INC' })}>
 *       {count} {connection === 'offline' && `(${pending} to be sent)`}
 *     </button>
 *   )
 * }
 * ```
 */
export function useConnectedRun<State, Event extends RunEvent, Output, Input>(
  url: string,
  machine: Machine<State, Event, Output, Input>,
  options: UseConnectedRunOptions<NoInfer<Event>>,
): ConnectedRun<State, Event, Output, Input> {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    checkMachine('useConnectedRun', machine)
    if (typeof url !== 'string') throw wrongArgument('useConnectedRun', 'a URL that is text', url)
    if (typeof options?.history !== 'object') {
      throw wrongArgument('useConnectedRun', 'the history to begin with, in its options', options?.history)
    }
  }
  const { history } = options
  const shared = useMemo(() => {
    const connect = () => connectRun(url, machine, options)
    // What one request renders at the server is not for another.
    return typeof document === 'undefined'
      ? { run: connect(), hold: () => () => undefined }
      : sharedConnection(url, machine, connect)
    // oxlint-disable-next-line react/exhaustive-deps -- the other options are read once
  }, [url, machine])
  const { run } = shared
  // Hiding a component does not clean this up, so a hidden one keeps its run.
  useInsertionEffect(() => shared.hold(), [shared])
  useEffect(() => run.advance(history), [run, history])
  return run
}
