'use client'

// The effects of a component: it handles the outputs of a run while it is shown.

import type { OutputHandlers, PortsOptions } from '@xmachines/core'
import { isReplacement } from './fast-refresh.ts'
import { openCursor, useFollowedPort } from './follow-port.ts'
import { hasMode } from './mode.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Where a component begins to handle outputs. */
export interface UseOutputsOptions {
  /** The position of the first output, as for `run.ports`; default: the position at the component's first commit. */
  readonly from?: NonNullable<PortsOptions['from']>
}

/** The members of a run that `useOutputs` needs. */
interface OutputSource<Event, Output> {
  readonly id: string
  readonly position: number
  ports(options?: PortsOptions): {
    readonly in: WritableStream<Event | readonly Event[]>
    readonly out: ReadableStream<Output>
  }
}

/**
 * Handles the outputs of a run: the place for a component's effects, since transitions are pure (RFC Run v1 §4). Each
 * output starts its handler once for each component instance, in order. Handlers run side by side, and the events that
 * they return are written to `in`. While the component is hidden (`<Activity>`) no handler starts, and running handlers
 * finish. Unmounting aborts them. The handlers of the latest render are used.
 *
 * @param run the run
 * @param handlers one for each `type` of output, as own members. Return an event for an expected failure. If a handler
 *   throws, the error goes to the nearest error boundary, and the component that mounts next with handlers for the same
 *   outputs continues after that output
 * @param options where to begin, read at the first commit
 * @throws {TypeError} if `handlers` is not an object
 *
 * @example
 * ```tsx
 * import { defineMachine } from '@xmachines/core'
 * import { useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'
 *
 * type Weather = { at: 'unknown' } | { at: 'asking'; city: string } | { at: 'known'; city: string; degrees: number }
 * type WeatherEvent = { type: 'ASK'; city: string } | { type: 'ANSWERED'; degrees: number }
 *
 * const weather = defineMachine<Weather, WeatherEvent, { type: 'fetch'; city: string }>({
 *   name: 'weather',
 *   version: '1',
 *   initial: { at: 'unknown' },
 *   states: {
 *     unknown: {
 *       ASK: (_weather, { city }, emit) => {
 *         emit({ type: 'fetch', city })
 *         return { at: 'asking', city }
 *       },
 *     },
 *     asking: { ANSWERED: ({ city }, { degrees }) => ({ at: 'known', city, degrees }) },
 *     known: {},
 *   },
 * })
 *
 * export function WeatherPanel({ ask }: { ask: (city: string, signal: AbortSignal) => Promise<number> }) {
 *   const run = useRun(weather)
 *   const state = useSnapshot(run, (snapshot) => snapshot.state)
 *   const send = useSend(run)
 *   useOutputs(run, {
 *     fetch: async ({ city }, { signal }) => ({ type: 'ANSWERED', degrees: await ask(city, signal) }),
 *   })
 *   return (
 *     <button type="button" disabled={state.at !== 'unknown'} onClick={() => send({ type: 'ASK', city: 'Bern' })}>
 *       {state.at === 'known' ? `${state.degrees} °C in ${state.city}` : state.at}
 *     </button>
 *   )
 * }
 * ```
 */
export function useOutputs<Event, Output>(
  run: OutputSource<Event, Output>,
  handlers: NoInfer<OutputHandlers<Output, Event>>,
  { from = 'now' }: UseOutputsOptions = {},
): void {
  if (typeof handlers !== 'object' || handlers === null) {
    throw new TypeError(`useOutputs takes an object with a handler for each type of output, not ${String(handlers)}`)
  }
  useFollowedPort<Output>(
    run,
    `out ${Object.keys(handlers).sort().join(' ')}`,
    () => {
      // The outputs of a history that was replayed after an edit have been handled already.
      const start = (hasMode ? process.env.NODE_ENV !== 'production' : false) && isReplacement(run) ? 'now' : from
      const position = start === 'now' ? run.position : start === 'start' ? 0 : start
      return openCursor(run.ports({ from: start }).out, position)
    },
    async (output, position, signal) => {
      const type = (output as { readonly type?: string } | null)?.type as keyof typeof handlers
      const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined
      if (handler === undefined) return
      if (typeof handler !== 'function') throw new TypeError(`the handler of ${String(type)} is not a function`)
      // The handler for the type of an output takes that output.
      const events = await handler(output as never, { signal, key: `${run.id}/${position}`, state: undefined })
      if (events === undefined || signal.aborted) return
      // `err` delivers a refusal, and a run that has ended takes no more events.
      await writerOf(run)
        .write(events)
        .catch(() => undefined)
    },
  )
}

/**
 * The writer that all handlers on a run share. It has a set of ports of its own, so that a hidden component, which
 * reads no outputs, does not make the events of other components wait.
 */
function writerOf<Event, Output>(
  run: OutputSource<Event, Output>,
): WritableStreamDefaultWriter<Event | readonly Event[]> {
  let writer = writers.get(run)
  if (writer === undefined) {
    writer = run.ports().in.getWriter()
    writers.set(run, writer)
  }
  return writer
}

const writers = new WeakMap<object, WritableStreamDefaultWriter<unknown>>()
