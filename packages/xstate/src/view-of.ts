// A state of a chart as XState's snapshot shows it.

import type { AnyStateMachine, SnapshotFrom } from 'xstate'
import type { ChartState } from './chart.ts'
import { worldOf } from './kept-snapshot.ts'

/** What a snapshot of XState says of a state. */
export type ChartView<Chart extends AnyStateMachine> = Pick<
  SnapshotFrom<Chart>,
  'value' | 'context' | 'status' | 'output' | 'error' | 'tags' | 'matches' | 'hasTag' | 'can' | 'getMeta'
>

/**
 * Shows a state as XState's snapshot does: `matches`, `hasTag`, `can` and `getMeta`.
 *
 * @param chart the chart of the machine
 * @param state a state of a run of that machine
 * @returns a snapshot. Its children are not running, so they have no state of their own
 *
 * @example
 * ```ts
 * import { createRun } from '@xmachines/core'
 * import { fromXState, viewOf } from '@xmachines/xstate'
 * import { createMachine } from 'xstate'
 *
 * const light = createMachine({
 *   id: 'light',
 *   version: '1',
 *   initial: 'off',
 *   states: { off: { on: { SWITCH: 'on' } }, on: { tags: 'bright' } },
 * })
 * const run = createRun(fromXState(light))
 * console.log(viewOf(light, run.state).can({ type: 'SWITCH' })) // true
 * run.in.send({ type: 'SWITCH' })
 * console.log(viewOf(light, run.state).hasTag('bright')) // true
 * ```
 */
export function viewOf<Chart extends AnyStateMachine>(chart: Chart, state: ChartState<Chart>): ChartView<Chart> {
  return worldOf(chart).snapshotOf(state as ChartState) as unknown as ChartView<Chart>
}
