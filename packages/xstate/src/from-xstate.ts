// An XState chart as a machine.

import { defineMachine, type Machine } from '@xmachines/core'
import type { AnyStateMachine } from 'xstate'
import type { ChartEvent, ChartInput, ChartOutput, ChartState } from './chart.ts'
import { firstState, nextState } from './chart-steps.ts'

/** The identity of the machine that is made of a chart. */
export interface ChartIdentity {
  /** The chart's `id` unless given. */
  readonly name?: string
  /** The chart's `version` unless given. */
  readonly version?: string
}

/**
 * Makes a machine of an XState chart. The chart stays as it is. Its entry actions, children and timers are outputs, which the
 * handlers of `xstateEffects` take.
 *
 * @param chart what `createMachine` gives, also that of `setup`
 * @param identity the name and the version, if the chart's `id` or `version` are not to be used
 * @returns the machine. An event whose guard or `assign` throws is refused (`TRANSITION_FAILED`), and the state stays
 * @throws {TypeError} if there is no name or no version
 * @throws {RangeError} if the name or the version is not allowed
 *
 * @example
 * ```ts
 * import { createRun } from '@xmachines/core'
 * import { fromXState } from '@xmachines/xstate'
 * import { createMachine } from 'xstate'
 *
 * const light = createMachine({
 *   id: 'light',
 *   version: '1',
 *   initial: 'off',
 *   states: { off: { on: { SWITCH: 'on' } }, on: { on: { SWITCH: 'off' } } },
 * })
 * const run = createRun(fromXState(light))
 * run.in.send({ type: 'SWITCH' })
 * console.log(run.state.value) // on
 * ```
 */
export function fromXState<Chart extends AnyStateMachine>(
  chart: Chart,
  identity: ChartIdentity = {},
): Machine<ChartState<Chart>, ChartEvent<Chart>, ChartOutput<Chart>, ChartInput<Chart>> {
  if (typeof (chart as Partial<AnyStateMachine> | undefined)?.getInitialSnapshot !== 'function') {
    throw new TypeError('fromXState takes a chart of XState: give it what createMachine returns')
  }
  const { name = chart.id, version = chart.version } = identity
  if (name === '(machine)') throw new TypeError('the chart has no id: add one to it, or give fromXState a name')
  if (version === undefined) {
    throw new TypeError(`the chart "${name}" has no version: add version: '1' to it, or give fromXState a version`)
  }
  const machine = defineMachine<ChartState, { type: string }, { type: string }, unknown>({
    name,
    version,
    initial: (input, emit) => firstState(chart, input, emit as (output: unknown) => void),
    transition: (state, event, emit) => nextState(chart, state, event, emit as (output: unknown) => void),
    isDone: ({ status }) => status !== 'active',
    outline: () => import('./diagram/index.ts').then(({ diagramOf }) => diagramOf(chart)),
  })
  // The chart's types say which states, events, outputs and input it has.
  return machine as unknown as ReturnType<typeof fromXState<Chart>>
}
