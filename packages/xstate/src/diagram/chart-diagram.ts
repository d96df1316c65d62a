// The diagram of a chart as plain data: its states in states, and its transitions as arrows.

import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { labelOf } from './labels.ts'

/** A state in a diagram. */
export interface DiagramState {
  /** The id of its state node. */
  readonly id: string
  readonly name: string
  /** The id of the state that it is in; undefined at the top. */
  readonly parent: string | undefined
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'deep history'
  /** Whether the state that it is in begins with it. The regions of a parallel state begin together, and none is marked. */
  readonly isInitial: boolean
}

/** An arrow in a diagram. */
export interface DiagramArrow {
  /** The id of the state that it leaves; undefined for any state. */
  readonly from: string | undefined
  /** The id of the state that it leads to; undefined if the state stays. */
  readonly to: string | undefined
  /** What takes it, with its guard in brackets. */
  readonly label: string
}

/** The diagram of a chart. */
export interface ChartDiagram {
  /** In document order: each state comes after the one that it is in. */
  readonly states: readonly DiagramState[]
  readonly arrows: readonly DiagramArrow[]
}

/**
 * The states and transitions of a chart, for drawing.
 *
 * @param chart what `createMachine` gives
 * @returns its states in document order, and its arrows
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
 * console.log(diagramOf(light).arrows.map(({ label }) => label)) // ["SWITCH","after 500 ms"]
 * ```
 */
export function diagramOf(chart: AnyStateMachine): ChartDiagram {
  const nodes = nodesIn(chart.root)
  return {
    states: nodes.map(stateOf),
    arrows: [chart.root, ...nodes].flatMap((node) => transitionsOf(node).flatMap((one) => arrowsOf(node, one))),
  }
}

/**
 * The states of a diagram in which a run is: in nested and parallel states there are several.
 *
 * @param chart the chart of the machine
 * @param state a state of a run of that machine
 * @returns the ids of the states, each after the one that it is in
 *
 * @example
 * ```ts
 * import { createRun } from '@xmachines/core'
 * import { fromXState } from '@xmachines/xstate'
 * import { activeIn } from '@xmachines/xstate/diagram'
 * import { createMachine } from 'xstate'
 *
 * const light = createMachine({
 *   id: 'light',
 *   version: '1',
 *   initial: 'on',
 *   states: { on: { initial: 'dim', states: { dim: {}, bright: {} } } },
 * })
 * console.log(activeIn(light, createRun(fromXState(light)).state)) // ["light.on","light.on.dim"]
 * ```
 */
export function activeIn(chart: AnyStateMachine, { value }: { readonly value: unknown }): readonly string[] {
  return namedBy(value, chart.root)
}

function namedBy(value: unknown, { states }: AnyStateNode): string[] {
  const inner = typeof value === 'string' ? { [value]: undefined } : (value ?? {})
  return Object.entries(inner).flatMap(([key, below]) => {
    const node = states[key]
    return node === undefined ? [] : [node.id, ...namedBy(below, node)]
  })
}

/** The nodes in a node, in document order. */
function nodesIn({ states }: AnyStateNode): AnyStateNode[] {
  const children: AnyStateNode[] = Object.values(states)
  return children.sort((one, other) => one.order - other.order).flatMap((child) => [child, ...nodesIn(child)])
}

function stateOf(node: AnyStateNode): DiagramState {
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

function arrowsOf(node: AnyStateNode, transition: AnyTransitionDefinition): DiagramArrow[] {
  const { target, actions, guard } = transition
  // It says that an event does nothing here.
  if (target === undefined && actions.length === 0 && guard === undefined) return []
  const [from, label] = [idOf(node), labelOf(node, transition)]
  return (target ?? [undefined]).map((to) => ({ from, to: idOf(to), label }))
}
