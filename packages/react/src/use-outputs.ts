'use client'

// The effects of a component: it handles the outputs of a run while it is shown.

import type { OutputHandlers, PortsOptions, SnapshotPort } from '@xmachines/core'
import { checkHandlers, claimGenesis, handlerOf, outputHandling, watchUnhandled } from '@xmachines/core/internal'
import { checkRun, wrongArgument } from './check-run.ts'
import { isReplacement } from './fast-refresh.ts'
import { type Following, openCursor, useFollowedPort } from './follow-port.ts'
import { watchMissed } from './missed-outputs.ts'
import { hasMode } from './mode.ts'
import { handledOnce } from './output-offers.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Where a component begins to handle outputs. */
export interface UseOutputsOptions {
  /**
   * The position of the first output, as for `run.ports`. By default the position at the component's first commit, and
   * before that the outputs of the genesis that no component has handled.
   */
  readonly from?: NonNullable<PortsOptions['from']>
  /**
   * Only for a run of `usePersistentRun` or `useConnectedRun`: handles the outputs in each tab and component that shows it, such as
   * messages on the screen. Without it an output of a persistent run is handled once, by one component of one tab, after it is
   * kept, also after a reload. A connected run needs it: what must happen once happens at the server.
   */
  readonly each?: boolean
}

/** The members of a run that `useOutputs` needs. */
interface HandledRun<Event, Output, State> {
  readonly id: string
  readonly position: number
  /** What handlers read `state` from, and `while` is asked about. */
  readonly snapshot?: Pick<SnapshotPort<State>, 'current' | 'subscribe'>
  ports(options?: PortsOptions): {
    readonly in: WritableStream<Event | readonly Event[]>
    readonly out: ReadableStream<Output>
  }
}

/**
 * Handles the outputs of a run: the place for a component's effects, since transitions are pure (RFC Run v1 §4). Each
 * output starts its handler once for each component instance, in order. Handlers run side by side, and the events that
 * they return are written to `in`. While the component is hidden (`<Activity>`) no handler starts, and running handlers
 * finish. Unmounting aborts them. The handlers of the latest render are used. The outputs of the genesis of a created run
 * start in the first component that has a handler for their type.
 *
 * @param run the run
 * @param handlers one for each `type` of output, as own members: a function, or an object that says what cancels it.
 *   Return an event for an expected failure. If a handler throws, the error goes to the nearest error boundary, and the
 *   component that mounts next with the same handlers (the code of the functions counts) continues after that output
 * @param options where to begin, read at the first commit; and whether each component handles all outputs
 * @throws {TypeError} in development, if the run is not a run, or the handlers are not an object of handlers
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
export function useOutputs<Event, Output, State = unknown>(
  run: HandledRun<Event, Output, State>,
  handlers: NoInfer<OutputHandlers<Output, Event, State>>,
  options?: UseOutputsOptions,
): void {
  const { from, each } = options ?? {}
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    checkRun('useOutputs', run, 'ports')
    if (typeof handlers !== 'object' || handlers === null) {
      throw wrongArgument('useOutputs', 'an object with a handler for each type of output', handlers)
    }
    checkHandlers(handlers)
    if (!each && 'confirmedHead' in run) {
      throw new TypeError(
        'useOutputs takes a connected run with each: true only, since every page that shows it handles its outputs; what must ' +
          'happen once is handled at the server',
      )
    }
    if (from !== undefined && !each && handledOnce.has(run)) {
      throw new TypeError(
        'useOutputs takes from on a run of usePersistentRun with each: true only; without it, settled outputs are skipped',
      )
    }
  }
  useFollowedPort(
    run,
    handlers,
    // Only `while`, `resume` and `state` need a snapshot. An object without one can be used for other handlers.
    (signal) => followOutputs(run as FollowedRun<Event, Output, State>, handlers, from, signal),
    each ? undefined : handledOnce.get(run),
  )
}

type FollowedRun<Event, Output, State> = HandledRun<Event, Output, State> & { readonly snapshot: SnapshotPort<State> }

function followOutputs<Event, Output, State>(
  run: FollowedRun<Event, Output, State>,
  first: OutputHandlers<Output, Event, State>,
  given: UseOutputsOptions['from'],
  signal: AbortSignal,
): Following<Output, OutputHandlers<Output, Event, State>> {
  const handling = outputHandling<State, Event, Output>(
    run,
    signal,
    // `err` delivers a refusal, and a run that has ended takes no more events.
    (_position, events) =>
      events === undefined
        ? undefined
        : writerOf(run)
            .write(events as Event)
            .catch(() => undefined),
  )
  let warnMissed: ((start: number) => void) | undefined
  let warnUnhandled: ((output: unknown) => void) | undefined
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
    // A handler that resumes starts again what earlier outputs have started.
    const types = Object.entries(first).filter(([, handler]) => !Object.hasOwn(handler ?? {}, 'resume'))
    warnMissed = watchMissed(
      run,
      types.map(([type]) => type),
      signal,
    )
    warnUnhandled = watchUnhandled(run, first)
  }
  return {
    open() {
      const { position } = run
      let start = given === undefined || given === 'now' ? position : given === 'start' ? 0 : given
      const genesis = given === 'now' ? undefined : claimGenesis(run, first)
      if (hasMode ? process.env.NODE_ENV !== 'production' : false) {
        // The outputs of a history that was replayed after an edit have been handled already.
        if (isReplacement(run)) start = position
        else if (given === undefined) warnMissed?.(genesis?.count ?? 0)
      }
      const wants = given === undefined ? genesis?.wants : undefined
      if (wants) start = 0
      // What resumes is an item of its own: it waits while the component is hidden, and begins anew after an error.
      return openCursor<Output>(run.ports({ from: start }).out, start, wants, [[undefined as Output, position]])
    },
    handle(output, position, handlers) {
      const handler = handlerOf(handlers, output)
      if (handler) return handling(output, position, handler)
      if (hasMode ? process.env.NODE_ENV !== 'production' : false) warnUnhandled?.(output)
      return undefined
    },
    // The types of outputs and the code of their handlers: components of one kind have the same.
    kind: (handlers) =>
      Object.entries(handlers)
        .flat()
        .flatMap((part) => [part, ...Object.values(part ?? {})])
        .join(),
  }
}

/**
 * The writer that all handlers on a run share. It has a set of ports of its own, so that a hidden component, which
 * reads no outputs, does not make the events of other components wait.
 */
function writerOf<Event, Output>(
  run: HandledRun<Event, Output, unknown>,
): WritableStreamDefaultWriter<Event | readonly Event[]> {
  const writer = writers.get(run) ?? run.ports().in.getWriter()
  writers.set(run, writer)
  return writer
}

const writers = new WeakMap<object, WritableStreamDefaultWriter<unknown>>()
