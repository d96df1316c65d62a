'use client'

// Effects of a component: what a run emits is handled while the component is shown.

import type { OutputHandlers, PortsOptions, Run, RunEvent } from '@xmachines/core'
import { isReplacement } from './edited-machine.ts'
import { openCursor, useFollowedPort } from './follow-port.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** From where a component handles outputs. */
export interface UseOutputsOptions {
  /** As with `run.ports`: earlier outputs too. The position of the component's first commit, unless given. */
  readonly from?: NonNullable<PortsOptions['from']>
}

/**
 * Handles the outputs of a run: the place for a component's effects, since transitions are pure (RFC Run v1 §4). Each
 * output is started once for each component instance, in order; they run side by side, and the events that a handler
 * returns are written into `in`. While the component is hidden (`<Activity>`) nothing new is started, and what runs
 * finishes; unmounting aborts it. The handlers of the latest render are used.
 *
 * @param run the run
 * @param handlers own members by the output's `type`. An expected failure is an event: what a handler throws is thrown
 *   to the nearest error boundary, and whoever mounts next with handlers for the same outputs goes on behind that output
 * @param options from where to begin, read at the first commit
 * @throws {TypeError} where the handlers are no object
 *
 * @example
 * ```tsx
 * import { defineMachine } from '@xmachines/core'
 * import { useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'
 *
 * type Weather = { at: 'unknown' } | { at: 'asking'; city: string } | { at: 'known'; city: string; degrees: number }
 * type WeatherEvent = { type: 'ASK'; city: string } | { type: 'TOLD'; degrees: number }
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
 *     asking: { TOLD: ({ city }, { degrees }) => ({ at: 'known', city, degrees }) },
 *     known: {},
 *   },
 * })
 *
 * export function WeatherPanel({ ask }: { ask: (city: string, signal: AbortSignal) => Promise<number> }) {
 *   const run = useRun(weather)
 *   const state = useSnapshot(run, (snapshot) => snapshot.state)
 *   const send = useSend(run)
 *   useOutputs(run, {
 *     fetch: async ({ city }, { signal }) => ({ type: 'TOLD', degrees: await ask(city, signal) }),
 *   })
 *   return (
 *     <button type="button" disabled={state.at !== 'unknown'} onClick={() => send({ type: 'ASK', city: 'Bern' })}>
 *       {state.at === 'known' ? `${state.degrees} °C in ${state.city}` : state.at}
 *     </button>
 *   )
 * }
 * ```
 */
export function useOutputs<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  handlers: NoInfer<OutputHandlers<Output, Event>>,
  { from = 'now' }: UseOutputsOptions = {},
): void {
  if (typeof handlers !== 'object' || handlers === null) {
    throw new TypeError(`useOutputs takes an object of handlers by the type of output, not ${String(handlers)}`)
  }
  useFollowedPort<Output>(
    run,
    `out ${Object.keys(handlers).sort().join(' ')}`,
    () => {
      // What was replayed on an edited definition has been handled.
      const start = process.env.NODE_ENV !== 'production' && isReplacement(run) ? 'now' : from
      const position = start === 'now' ? run.position : start === 'start' ? 0 : start
      return openCursor(run.ports({ from: start }).out, position)
    },
    async (output, position, signal) => {
      const type = (output as { readonly type?: string } | null)?.type as keyof typeof handlers
      const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined
      if (handler === undefined) return
      // The handler under an output's own type takes that output.
      const events = await handler(output as never, { signal, key: `${run.id}/${position}` })
      if (events === undefined || signal.aborted) return
      // A refusal is told on `err`; a run that has ended takes no more.
      await writerOf(run)
        .write(events)
        .catch(() => undefined)
    },
  )
}

/**
 * What writes into a run for every handler on it: through a set of its own, so that a component that is hidden, and
 * reads nothing, holds back nobody's answer.
 */
function writerOf<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
): WritableStreamDefaultWriter<Event | readonly Event[]> {
  let writer = writers.get(run)
  if (writer === undefined) {
    writer = run.ports().in.getWriter()
    writers.set(run, writer)
  }
  return writer
}

const writers = new WeakMap<object, WritableStreamDefaultWriter<unknown>>()
