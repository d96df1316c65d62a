'use client'

// A run at the other end of HTTP, in a component.

import type { AnyMachine, Machine, RunEvent } from '@xmachines/core'
import {
  type Connected,
  type ConnectedRun,
  type ConnectRemoteOptions,
  type ConnectRunOptions,
  connectRun,
  type MachineLabel,
  type RemoteRun,
} from '@xmachines/http'
import { useEffect, useInsertionEffect, useMemo } from 'react'
import { checkMachine, wrongArgument } from '../check-run.ts'
import { hasMode } from '../mode.ts'
import { sharedConnection } from './connected-runs.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** How a component is connected. All but `history` is read when the page connects. */
export type UseConnectedRunOptions<Event extends RunEvent = RunEvent> = Omit<ConnectRunOptions<Event>, 'signal'>

/** How a component is connected to a run whose machine is not shipped. All but `snapshot` is read when the page connects. */
export type UseRemoteRunOptions<State> = Omit<ConnectRemoteOptions<State>, 'signal'>

/** A run, whichever mode it is connected in. */
interface AnyConnected extends Connected {
  advance(later: never): void
}

/**
 * A run at the other end of HTTP. Components with the same URL and machine share it, and the page is connected once. The server
 * renders the history that it is given, and requests nothing; hydration begins with the same. A later history, such as one that
 * comes with a page that is rendered again, brings the run forward. The connection ends some time after the last component has
 * unmounted, once what is pending is sent.
 *
 * With `mode: 'remote'` the machine does not run in the page: its name is enough, and the run begins with a `snapshot` and shows
 * nothing before the server said so.
 *
 * @param url where the run is, such as `/api/r/ID`
 * @param machine the machine of the run. Define it outside of components: another one is another connection. With
 *   `mode: 'remote'`, its name and version as `NAME@VERSION`
 * @param options the history to begin with, or the snapshot with `mode: 'remote'`; and how requests are made
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
): ConnectedRun<State, Event, Output, Input>
export function useConnectedRun<State, Event extends RunEvent = RunEvent>(
  url: string,
  machine: MachineLabel,
  options: UseRemoteRunOptions<State>,
): RemoteRun<State, Event>
export function useConnectedRun(
  url: string,
  machine: AnyMachine | MachineLabel,
  options: UseConnectedRunOptions | UseRemoteRunOptions<unknown>,
): unknown {
  const isRemote = options?.mode === 'remote'
  const beginning = isRemote ? options.snapshot : options?.history
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    if (!isRemote) checkMachine('useConnectedRun', machine)
    if (typeof url !== 'string') throw wrongArgument('useConnectedRun', 'a URL that is text', url)
    if (typeof beginning !== 'object') {
      const what = isRemote ? 'snapshot' : 'history'
      throw wrongArgument('useConnectedRun', `the ${what} to begin with, in its options`, beginning)
    }
  }
  /** A machine; or the name of one, so that a machine that runs here and the same one elsewhere are two connections. */
  const shipped = isRemote ? labelOf(machine) : machine
  const shared = useMemo(() => {
    // The overloads say which goes with which.
    const connect = (): AnyConnected => connectRun(url, shipped, options as UseRemoteRunOptions<unknown>)
    // What one request renders at the server is not for another.
    return typeof document === 'undefined'
      ? { run: connect(), hold: () => () => undefined }
      : sharedConnection(url, shipped, connect)
    // oxlint-disable-next-line react/exhaustive-deps -- the other options are read once
  }, [url, shipped])
  const { run } = shared
  // Hiding a component does not clean this up, so a hidden one keeps its run.
  useInsertionEffect(() => shared.hold(), [shared])
  // A run takes what it began with.
  useEffect(() => run.advance(beginning as never), [run, beginning])
  return run
}

function labelOf(machine: MachineLabel): string {
  return typeof machine === 'string' ? machine : `${machine.name}@${machine.version}`
}
