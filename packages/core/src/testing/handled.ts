// Which arrow of a machine's graph an event takes.

import { type AnyMachine, type MachineArrow, nameOf, type RunEvent } from '../machine/machine.ts'

type WithGraph = Pick<AnyMachine, 'graph'>

/** The arrow of an event in a state, or undefined if no table handles it there. */
export function arrowOf({ graph }: WithGraph, state: unknown, { type }: RunEvent): MachineArrow | undefined {
  const name = nameOf(state)
  const arrows = graph.arrows.filter(({ event }) => event === type)
  return (
    (name === undefined ? undefined : arrows.find(({ from }) => from === name)) ??
    arrows.find(({ from }) => from === undefined)
  )
}

/** Whether a machine handles an event in a state, as far as its definition says. One without tables may handle any. */
export function handles(machine: WithGraph, state: unknown, event: RunEvent): boolean {
  return machine.graph.arrows.length === 0 || arrowOf(machine, state, event) !== undefined
}
