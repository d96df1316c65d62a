// A child machine as a run of its own: its events are in a history of its own.

import { type AnyRun, createRun, handleOutputs, type Machine } from '@xmachines/core'
import type {
  ActorLogic,
  AnyEventObject,
  AnyStateMachine,
  EventFromLogic,
  InputFrom,
  OutputFrom,
  Snapshot,
} from 'xstate'
import type { ChartEvent, ChartInput, ChartOutput, ChartState } from './chart.ts'
import { xstateEffects } from './effects/xstate-effects.ts'
import { type ChartIdentity, fromXState } from './from-xstate.ts'
import { sendToParent } from './xstate-internals.ts'

/** The identity of the child's machine, and how its run is opened. */
export interface AsRunOptions<Chart extends AnyStateMachine> extends ChartIdentity {
  /**
   * Opens the run: `createRun` unless given. Give one that opens it from a store, so that it continues after a restart.
   * @param machine the machine of the chart
   * @param child the id of the child, and its input
   */
  readonly open?: (
    machine: Machine<ChartState<Chart>, ChartEvent<Chart>, ChartOutput<Chart>, ChartInput<Chart>>,
    child: { readonly id: string; readonly input: InputFrom<Chart> },
  ) => unknown
}

type ChildSnapshot<Chart extends AnyStateMachine> = Snapshot<OutputFrom<Chart>> & { readonly input: InputFrom<Chart> }

const DONE = 'xstate.run.done'
const FAILED = 'xstate.run.failed'

/**
 * Makes logic for a child of a chart: it runs the child's chart as a run with its own history. What the parent sends are its
 * events, and its output is that of the child.
 *
 * @param chart the chart of the child
 * @param options the name and version of its machine, and how its run is opened
 * @returns logic for `setup({ actors })` or `provide({ actors })`
 * @throws what `fromXState` throws
 *
 * @example
 * ```ts
 * import { createRun, handleOutputs, waitFor } from '@xmachines/core'
 * import { asRun, fromXState, xstateEffects } from '@xmachines/xstate'
 * import { setup } from 'xstate'
 *
 * const payment = setup({}).createMachine({
 *   id: 'payment',
 *   version: '1',
 *   initial: 'paid',
 *   states: { paid: { type: 'final' } },
 *   output: { cents: 500 },
 * })
 * const order = setup({ actors: { payment: asRun(payment) } }).createMachine({
 *   id: 'order',
 *   version: '1',
 *   initial: 'paying',
 *   states: { paying: { invoke: { src: 'payment', onDone: 'paid' } }, paid: { type: 'final' } },
 * })
 * const run = createRun(fromXState(order))
 * handleOutputs(run, xstateEffects(run, order))
 * console.log((await waitFor(run, ({ status }) => status === 'done')).state.value) // paid
 * ```
 */
export function asRun<Chart extends AnyStateMachine>(
  chart: Chart,
  options: AsRunOptions<Chart> = {},
): ActorLogic<ChildSnapshot<Chart>, EventFromLogic<Chart>, InputFrom<Chart>> {
  const machine = fromXState(chart, options)
  const { open = (_machine, { input }) => createRun(machine, { input }) } = options
  /** What each child is doing. Events that come before its run is open wait. */
  const children = new WeakMap<object, { readonly stop: AbortController; readonly run: Promise<AnyRun> }>()

  return {
    config: chart,
    getInitialSnapshot: (_scope, input) => ({ status: 'active', output: undefined, error: undefined, input }),
    start({ input }, { self }) {
      const stop = new AbortController()
      const tell = (event: AnyEventObject): void => void (stop.signal.aborted || self.send(event as never))
      const run = Promise.resolve(open(machine, { id: self.id, input })) as Promise<AnyRun>
      children.set(self, { stop, run })
      run
        .then(async (opened) => {
          const review = (): void => {
            const { state, status } = opened.snapshot.current
            if (status !== 'active') tell({ type: DONE, state })
          }
          opened.snapshot.subscribe(review)
          review()
          const effects = xstateEffects(opened, chart, { sendParent: (event) => sendToParent(self, event) })
          await handleOutputs(opened, effects as never, { signal: stop.signal })
        })
        .catch((error: unknown) => tell({ type: FAILED, error }))
    },
    transition(snapshot, event: AnyEventObject, { self }) {
      const child = children.get(self)
      switch (event.type) {
        case DONE: {
          const { status, output, error } = event['state'] as ChartState<Chart>
          return { ...snapshot, status: status === 'done' ? 'done' : 'error', output, error } as ChildSnapshot<Chart>
        }
        case FAILED:
          return { ...snapshot, status: 'error', error: event['error'] }
        case 'xstate.stop':
          child?.stop.abort()
          return { ...snapshot, status: 'stopped' } as ChildSnapshot<Chart>
        default:
          // If the run cannot be opened, the child fails: `start` says so.
          child?.run.then(
            (run) => run.in.send(event as never),
            () => undefined,
          )
          return snapshot
      }
    },
    getPersistedSnapshot: (snapshot) => snapshot,
  }
}
