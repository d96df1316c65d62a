'use client'

// The run of a component.

import {
  type CreateRunOptions,
  createRun,
  type History,
  type Machine,
  type RestoreOptions,
  type Run,
  type RunEvent,
  restoreRun,
} from '@xmachines/core'
import { useState } from 'react'
import { checkMachine } from './check-run.ts'
import { type ComponentRun, followEdit } from './fast-refresh.ts'
import { hasMode } from './mode.ts'
import { useRefresh } from './use-refresh.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The options of `useRun`: a `history` and the options of `restoreRun`, or the options of `createRun`. */
export type UseRunOptions<Event extends RunEvent, Input> =
  | (RestoreOptions & {
      /** The run is restored from it, with the same id: the result of `run.toJSON()`, for example. */
      readonly history: History<Event>
    })
  | (CreateRunOptions<Input> & { readonly history?: null | undefined })

/** The arguments after the machine: options may be left out if none of them is required. */
export type UseRunArguments<Event extends RunEvent, Input> = undefined extends Input
  ? [options?: UseRunOptions<Event, Input>]
  : [options: UseRunOptions<Event, Input>]

/**
 * The run of this component (RFC Run v1 §3.1). It is forked from the machine, or restored from a history, when the
 * component first renders, and stays the same until the component unmounts. Machine and options are read only then.
 * React discards a component that suspends before its first commit, and its run too: create the run above the boundary.
 * In development, an edit of the machine (Fast Refresh) replays the history on the new definition. Another machine or a
 * history in a later render changes nothing, and development says so: give the component another key for it.
 *
 * @param machine made by `defineMachine`
 * @param options `history` restores a run, so that server and client have the same id; otherwise those of `createRun`
 * @returns the run; it needs no disposal
 * @throws the errors of `createRun` and `restoreRun`, to the nearest error boundary
 *
 * @example
 * ```tsx
 * import { defineMachine, type RunDocument } from '@xmachines/core'
 * import { useRun, useSend, useSnapshot } from '@xmachines/react'
 *
 * type Pressed = { type: 'PRESSED' }
 *
 * const counter = defineMachine<number, Pressed>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { PRESSED: (count) => count + 1 },
 * })
 *
 * export function Counter({ history }: { history?: RunDocument<Pressed> }) {
 *   const run = useRun(counter, { history })
 *   const count = useSnapshot(run, (snapshot) => snapshot.state)
 *   const send = useSend(run)
 *   return (
 *     <button type="button" onClick={() => send({ type: 'PRESSED' })} data-run={run.id}>
 *       pressed {count} times
 *     </button>
 *   )
 * }
 * ```
 */
export function useRun<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  ...[options]: UseRunArguments<Event, Input>
): Run<State, Event, Output, Input> {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) checkMachine('useRun', machine)
  const [own] = useState((): ComponentRun<State, Event, Output, Input> => ({ run: begin(machine, options), machine }))
  const refresh = useRefresh()
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) followEdit(own, refresh, machine, options)
  return own.run
}

function begin<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  options: UseRunOptions<Event, Input> | undefined,
): Run<State, Event, Output, Input> {
  // `null` is how many loaders say that there is none.
  if (options?.history !== undefined && options.history !== null) return restoreRun(machine, options.history, options)
  // Without a history these are the options of `createRun`. The types let them be absent only if it needs none.
  return createRun(machine, options as CreateRunOptions<Input>)
}
