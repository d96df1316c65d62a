// The snapshot of XState that belongs to a state. The latest pair is kept, because the next event nearly always finds it.

import type { AnyActorRef, AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import type { ChartState } from './chart.ts'
import { makePlanner } from './plan.ts'
import { fromMarkers } from './references.ts'
import {
  hasParallel,
  hasSameNodes,
  inDocumentOrder,
  makeSnapshot,
  putInOrder,
  type StillScope,
  stillScope,
} from './xstate-internals.ts'

/** What the transitions of one chart share. */
export interface ChartWorld {
  readonly still: StillScope
  /** The first snapshot. */
  first(input: unknown): AnyMachineSnapshot
  /** The snapshot after an event. */
  next(before: AnyMachineSnapshot, event: AnyEventObject): AnyMachineSnapshot
  /** The snapshot of a state. */
  snapshotOf(state: ChartState): AnyMachineSnapshot
  /** Keeps a snapshot for the next call. */
  keep(state: ChartState, snapshot: AnyMachineSnapshot): void
  /** The same value with the actors in it that markers stand for. */
  withActors<Value>(value: Value, children: Readonly<Record<string, AnyActorRef>>): Value
}

const worlds = new WeakMap<AnyStateMachine, ChartWorld>()

/** What the transitions of a chart share: made once. */
export function worldOf(chart: AnyStateMachine): ChartWorld {
  let world = worlds.get(chart)
  if (world === undefined) worlds.set(chart, (world = makeWorld(chart)))
  return world
}

function makeWorld(chart: AnyStateMachine): ChartWorld {
  const still = stillScope(chart)
  const parallel = hasParallel(chart)
  /** Puts nodes in document order, because XState takes the regions of the next event in the order of the nodes. */
  const order = (snapshot: AnyMachineSnapshot): void => {
    if (parallel) putInOrder(snapshot, chart)
  }
  const plan = makePlanner(chart, still)
  let keptState: ChartState | undefined
  let keptSnapshot: AnyMachineSnapshot | undefined

  function restored(state: ChartState): AnyMachineSnapshot {
    const { value, context } = state
    const children: Record<string, AnyActorRef> = {}
    // In the order in which they were started: that is the order in which they are stopped.
    const entries = Object.entries(state.children ?? {}).sort(([, one], [, other]) => one.number - other.number)
    for (const [id, { number, systemId }] of entries) children[id] = still.child(id, number, systemId)
    return makeSnapshot(chart, {
      ...state,
      value: inDocumentOrder(value, chart.root),
      context: withActors(context, children),
      children,
    })
  }

  function withActors<Value>(value: Value, children: Readonly<Record<string, AnyActorRef>>): Value {
    return fromMarkers(value, ({ id, number }) => {
      if (number === undefined) return id === '#_parent' ? still.parent : still.self
      const child = children[id]
      // A stopped child stays in the context. It is not the one that has its id now.
      return child?.sessionId === `x:${number}` ? child : still.child(id, number)
    })
  }

  const world: ChartWorld = {
    still,
    first(input) {
      const snapshot = chart.getInitialSnapshot(still.scope, input) as AnyMachineSnapshot
      order(snapshot)
      return snapshot
    },
    next(before, event) {
      const planned = plan(before, event)
      if (planned !== undefined) return planned
      // A plan that XState has to replace may have asked for something.
      still.actions.length = 0
      const next = chart.transition(before as never, event, still.scope as never) as AnyMachineSnapshot
      if (!hasSameNodes(before, next)) order(next)
      return next
    },
    snapshotOf(state) {
      if (state !== keptState) world.keep(state, restored(state))
      return keptSnapshot as AnyMachineSnapshot
    },
    keep(state, snapshot) {
      keptState = state
      keptSnapshot = snapshot
    },
    withActors,
  }
  return world
}
