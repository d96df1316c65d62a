// The diagram of a chart: its states in states, its transitions as arrows, and which states are active.

import type { MachineOutline, OutlineArrow, OutlineState } from '@xmachines/core'
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { labelOf } from './labels.ts'

/**
 * The states and transitions of a chart, for drawing.
 *
 * @param chart what `createMachine` gives
 * @returns its states in document order, and its arrows. `activeIn` names those in which a run is
 *
 * @example
 * ```ts
 * import { diagramOf } from '@xmachines/xstate/diagram'
 * import { createMachine } from 'xstate'
 *
 * const light = createMachine({
 *   initial: 'off',
 *   states: { off: { on: { SWITCH: 'on' } }, on: { after: { 500: 'off' } } },
 * })
 * const { arrows, activeIn } = diagramOf(light)
 * console.log(arrows.map(({ label }) => label)) // ["SWITCH","after 500 ms"]
 * console.log(activeIn({ value: 'on' })) // ["(machine).on"]
 * ```
 */
export function diagramOf(chart: AnyStateMachine): MachineOutline {
  const nodes = nodesIn(chart.root)
  return {
    states: nodes.map(stateOf),
    arrows: [chart.root, ...nodes].flatMap((node) => transitionsOf(node).flatMap((one) => arrowsOf(node, one))),
    activeIn: (state) => activeIn((state as { readonly value?: unknown } | undefined)?.value, chart.root),
  }
}

/** The ids of the states that the value of a node names. */
function activeIn(value: unknown, { states }: AnyStateNode): string[] {
  const inner = typeof value === 'string' ? { [value]: undefined } : (value ?? {})
  return Object.entries(inner).flatMap(([key, below]) => {
    const node = states[key]
    return node === undefined ? [] : [node.id, ...activeIn(below, node)]
  })
}

/** The nodes in a node, in document order. */
function nodesIn({ states }: AnyStateNode): AnyStateNode[] {
  const children: AnyStateNode[] = Object.values(states)
  return children.sort((one, other) => one.order - other.order).flatMap((child) => [child, ...nodesIn(child)])
}

function stateOf(node: AnyStateNode): OutlineState {
  const { id, key, type, history, parent } = node
  return {
    id,
    name: key,
    parent: idOf(parent),
    kind: history === 'deep' ? 'deep history' : type,
    isInitial: parent?.type === 'compound' && parent.initial.target.includes(node),
  }
}

/** The id of a node; undefined for the chart itself, which is not drawn. */
function idOf(node: AnyStateNode | undefined): string | undefined {
  return node?.parent === undefined ? undefined : node.id
}

function transitionsOf({ transitions, always = [] }: AnyStateNode): AnyTransitionDefinition[] {
  return [...[...transitions.values()].flat(), ...always]
}

function arrowsOf(node: AnyStateNode, transition: AnyTransitionDefinition): OutlineArrow[] {
  const { target, actions, guard, eventType } = transition
  // It says that an event does nothing here.
  if (target === undefined && actions.length === 0 && guard === undefined) return []
  const [from, label] = [idOf(node), labelOf(node, transition)]
  // That a state is done is an event inside of a step.
  const event = eventType.startsWith('xstate.done.state.') ? '' : eventType
  return (target ?? [undefined]).map((to) => ({ from, to: idOf(to), event, label }))
}
