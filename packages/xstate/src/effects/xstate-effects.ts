// The handlers of a chart's outputs: they start and stop its children, wait for its timers and execute its actions.

import type { OutputHandlers } from '@xmachines/core'
import type { AnyStateMachine } from 'xstate'
import type { ChartEvent, ChartOutput, ChartState, EffectOutput } from '../chart.ts'
import { actionsOf } from '../chart-steps.ts'
import { toMarkers } from '../references.ts'
import { namedAction } from '../xstate-internals.ts'
import { type Children, type EffectPorts, type HostOptions, keepChildren } from './children.ts'
import { keepTimers, type Timers } from './timers.ts'

/** What the handlers work with. */
export interface EffectsOptions extends HostOptions {
  /** Takes what the chart sends to its parent, as `asRun` gives it. */
  readonly sendParent?: (event: { readonly type: string }) => void
}

/** The children and timers of each run, or set of ports. Handlers of a later render find those of an earlier one. */
const kept = new WeakMap<EffectPorts, { readonly children: Children; readonly timers: Timers }>()

type Effects = OutputHandlers<
  EffectOutput | { readonly type: 'xstate.action'; readonly action: string; readonly params?: unknown },
  { readonly type: string },
  ChartState
>

/**
 * Makes the handlers of a chart's outputs, for `handleOutputs`, `handleShared` and `useOutputs`. They start children, wait for
 * delayed events and execute actions; the answers are events of the run. Children and timers of a restored run are started
 * again. Making the handlers starts nothing.
 *
 * @param run the run that answers go to, or a set of its ports, such as those of a recorder
 * @param chart the chart; or `chart.provide({ actions, actors })` with what it is to use here
 * @param options where logs go, and what is sent to the parent
 * @returns handlers, to which those of emitted events can be added
 *
 * @example
 * ```ts
 * import { createRun, handleOutputs, waitFor } from '@xmachines/core'
 * import { fromXState, xstateEffects } from '@xmachines/xstate'
 * import { fromPromise, setup } from 'xstate'
 *
 * const quote = setup({ actors: { fetch: fromPromise(async () => 42) } }).createMachine({
 *   id: 'quote',
 *   version: '1',
 *   initial: 'asking',
 *   states: { asking: { invoke: { src: 'fetch', onDone: 'known' } }, known: { type: 'final' } },
 * })
 * const run = createRun(fromXState(quote))
 * handleOutputs(run, xstateEffects(run, quote))
 * const { state } = await waitFor(run, ({ status }) => status === 'done')
 * console.log(state.value) // known
 * ```
 */
export function xstateEffects<Chart extends AnyStateMachine>(
  run: EffectPorts,
  chart: Chart,
  options: EffectsOptions = {},
): OutputHandlers<ChartOutput<Chart>, ChartEvent<Chart>, ChartState<Chart>> {
  const { logger = console.log, sendParent = refuseParent } = options
  // A render makes handlers that may never be used, so nothing is made before one is called.
  const keep = () => {
    let one = kept.get(run)
    if (one === undefined)
      kept.set(run, (one = { children: keepChildren(run, chart, options), timers: keepTimers(run) }))
    return one
  }
  const send = (answer: { readonly type: string }): void => void run.in.send(answer as never)
  const answerOf = (number: number): { readonly type: string } | undefined => {
    const timer = (run.snapshot.current.state as ChartState).timers?.[number]
    // The chart knows the timer by its number; the type is for those who read the history.
    return timer && ({ type: timer.event.type, 'xstate.from': number } as { readonly type: string })
  }
  const execute = (output: object, name: string, params: unknown): void => {
    const action = actionsOf.get(output)
    const { host, withActors } = keep().children
    const exec = namedAction(chart, name) ?? action?.exec
    // A copy of the output, as another process may have, knows neither the event nor the context of its time.
    const { context, event } = action?.info ?? {
      context: (run.snapshot.current.state as ChartState).context,
      event: {},
    }
    const info = withActors(toMarkers({ context, event }))
    exec?.({ ...info, self: host(), system: host().system }, withActors(toMarkers(params)))
  }
  const effects: Effects = {
    'xstate.start': {
      handle: async ({ type: _type, id, ...child }, { signal }) =>
        await keep().children.start(chart, id, child, signal),
      async resume({ children = {} }, { signal }) {
        await Promise.all(
          Object.entries(children).map(async ([id, child]) => {
            if (child.status === undefined) await keep().children.start(chart, id, child, signal, send)
          }),
        )
      },
    },
    'xstate.after': {
      handle: async ({ number, delay }, { signal }) =>
        (await keep().timers.wait(number, delay, signal)) ? answerOf(number) : undefined,
      async resume({ timers = {} }, { signal }) {
        await Promise.all(
          Object.entries(timers).map(async ([key, { delay }]) => {
            const number = Number(key)
            await keep().timers.wait(number, delay, signal, () => {
              const answer = answerOf(number)
              if (answer !== undefined) send(answer)
            })
          }),
        )
      },
    },
    'xstate.stop': ({ number }) => keep().children.stop(number),
    'xstate.send': ({ number, event }) => keep().children.send(number, event),
    'xstate.send-parent': ({ event }) => sendParent(event),
    'xstate.action': (output) => execute(output, output.action, output.params),
    'xstate.inline': (output) => execute(output, '', actionsOf.get(output)?.params),
    'xstate.log': ({ value, label }) => (label === undefined ? logger(value) : logger(label, value)),
  }
  // The handlers take what the chart's types say, and more.
  return effects as unknown as ReturnType<typeof xstateEffects<Chart>>
}

function refuseParent({ type }: { readonly type: string }): never {
  throw new Error(
    `the chart sends ${type} to its parent and has none: give xstateEffects sendParent, or start it with asRun`,
  )
}
