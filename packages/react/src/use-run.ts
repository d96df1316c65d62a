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
import { followEdit, type HeldRun } from './edited-machine.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What `useRun` takes: what `restoreRun` takes, with a `history`, or what `createRun` takes. */
export type UseRunOptions<Event extends RunEvent, Input> =
  | (RestoreOptions & {
      /** What `run.toJSON()` gave: the run is restored of it, with the same id. */
      readonly history: History<Event>
    })
  | (CreateRunOptions<Input> & { readonly history?: undefined })

/** The arguments behind the machine: options may be left out where nothing in them is required. */
export type UseRunArguments<Event extends RunEvent, Input> = undefined extends Input
  ? [options?: UseRunOptions<Event, Input>]
  : [options: UseRunOptions<Event, Input>]

/**
 * The run of this component (RFC Run v1 §3.1): forked from the machine, or restored from a history, when the component
 * first renders, and the same from its first commit to its end. Machine and options are read that once. A component
 * that suspends before its first commit is thrown away by React, run and all: hold the run above the boundary. In
 * development, editing the machine replays the history on the new definition.
 *
 * @param machine made by `defineMachine`
 * @param options `history` restores a run, so that server and client hold the same id; else as for `createRun`
 * @returns the run; it needs no disposal
 * @throws what `createRun` and `restoreRun` throw, to the nearest error boundary
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
  const [held] = useState(
    (): HeldRun<State, Event, Output, Input> => ({ run: begin(machine, options), machine, edits: [] }),
  )
  if (process.env.NODE_ENV !== 'production') followEdit(held, machine, options)
  return held.run
}

function begin<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  options: UseRunOptions<Event, Input> | undefined,
): Run<State, Event, Output, Input> {
  if (options?.history !== undefined) return restoreRun(machine, options.history, options)
  // Without a history, options are those of `createRun`; they are only absent where `createRun` needs none.
  return createRun(machine, options as CreateRunOptions<Input>)
}
