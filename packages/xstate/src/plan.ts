// Plans: what an event does to a chart is kept, so that XState does not compute it again at each event.
//
// Which states are left and entered depends only on the transitions, the active states and what history remembers. So XState is
// asked once: it takes the transitions on a copy of the chart in which each list of actions is replaced by a mark, and reports the
// marks in order. From then on only the actions are executed. Guards are evaluated by XState at each event. If a step starts or
// stops a child, enters a final state, or handles an event of XState's own, XState takes the whole step.

import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine, AnyTransitionDefinition } from 'xstate'
import { makeExecutor } from './planned-actions.ts'
import {
  type ActionDefinition,
  alwaysOf,
  copyWithMarks,
  hasGuard,
  hasParallel,
  hasSameItems,
  historyIds,
  passes,
  putInOrder,
  type StillScope,
} from './xstate-internals.ts'

/** Steps a snapshot by plans. Answers undefined if XState has to step it. */
export type Planner = (before: AnyMachineSnapshot, event: AnyEventObject) => AnyMachineSnapshot | undefined

type Transitions = readonly AnyTransitionDefinition[]

/** Where a chart is: its active states, and what history remembers. */
interface Place {
  /** A snapshot there, without context and children. */
  readonly snapshot: AnyMachineSnapshot
  /** Whether an active state has a guard, so that XState has to say which transitions an event takes. */
  isGuarded?: boolean
  /** For each active state without children: its transitions without an event. The first that is enabled is taken. */
  always?: readonly Transitions[]
  /** The plans of events, by their types. Empty if there is a guard. */
  readonly byType: Map<string, Plan>
  readonly plans: Plan[]
  /** Whether a snapshot was here before. Plans are made from then on, because there may be very many places. */
  isKnown?: boolean
  /** The same place with its states in document order. */
  inOrder?: Place
}

/** What transitions do in a place. */
interface Plan {
  readonly transitions: Transitions
  /** Undefined if neither the active states nor what history remembers is written. */
  readonly next: Place | undefined
  /** Undefined if XState has to take the transitions. */
  actions: readonly ActionDefinition[] | undefined
}

/** How many places a chart keeps. With parallel states it may have very many. */
const MOST_PLACES = 1000

/** How many plans and how many types of events a place keeps. Events of any type may come in. */
const MOST_PLANS = 100

/** Makes the planner of a chart. */
export function makePlanner(chart: AnyStateMachine, still: StillScope): Planner {
  const { raised, execute } = makeExecutor(chart, still)
  const isParallel = hasParallel(chart)
  const places = new Map<string, Place>()
  /** The place of the latest snapshot, and the nodes of that snapshot. */
  let [latest, nodes]: [Place?, unknown?] = []
  let take: ReturnType<typeof copyWithMarks> | undefined

  function placeOf(snapshot: AnyMachineSnapshot): Place {
    const key = JSON.stringify([snapshot._nodes.map(({ order }) => order), historyIds(snapshot)])
    let place = places.get(key)
    if (place === undefined) {
      if (places.size > MOST_PLACES) places.clear()
      place = {
        snapshot: { ...snapshot, context: undefined, children: {} } as AnyMachineSnapshot,
        byType: new Map(),
        plans: [],
      }
      places.set(key, place)
    }
    return place
  }

  function inOrder(place: Place): Place {
    if (!isParallel) return place
    if (place.inOrder === undefined) {
      const snapshot = { ...place.snapshot, _nodes: [...place.snapshot._nodes] } as AnyMachineSnapshot
      putInOrder(snapshot, chart)
      place.inOrder = placeOf(snapshot)
    }
    return place.inOrder
  }

  function planOf(place: Place, transitions: Transitions): Plan | undefined {
    const { snapshot, plans, isKnown } = place
    let plan = plans.find((one) => hasSameItems(one.transitions, transitions))
    place.isKnown = true
    if (plan === undefined && isKnown && plans.length < MOST_PLANS) {
      const { actions, next } = (take ??= copyWithMarks(chart))(snapshot, transitions, still.scope)
      plan = {
        transitions,
        next: next && placeOf(next),
        actions: actions.includes(undefined) ? undefined : (actions as readonly ActionDefinition[]),
      }
      plans.push(plan)
    }
    return plan
  }

  function planOfEvent(place: Place, before: AnyMachineSnapshot, event: AnyEventObject): Plan | undefined {
    const { byType } = place
    // At a place that is new, XState takes the step. Nothing is read of it, because it may never be reached again.
    if (!place.isKnown) {
      place.isKnown = true
      return undefined
    }
    let plan = byType.get(event.type)
    if (plan === undefined) {
      plan = planOf(place, chart.getTransitionData(before as never, event))
      place.isGuarded ??= hasGuard(place.snapshot)
      if (plan !== undefined && !place.isGuarded && byType.size < MOST_PLANS) byType.set(event.type, plan)
    }
    return plan
  }

  /** The transitions without an event that are enabled. */
  function eventless(place: Place, snapshot: AnyMachineSnapshot, event: AnyEventObject): Transitions {
    const always = (place.always ??= alwaysOf(place.snapshot))
    if (always.length === 0) return none
    return [...new Set(always.flatMap((all) => all.find(({ guard }) => passes(guard, snapshot, event)) ?? []))]
  }

  return (first, firstEvent) => {
    let [snapshot, event] = [first, firstEvent]
    // With some events of its own XState does more than take transitions.
    if (event.type.startsWith('xstate.')) return undefined
    let place = latest !== undefined && snapshot._nodes === nodes ? latest : placeOf(snapshot)
    raised.length = 0
    let plan = planOfEvent(place, snapshot, event)
    let wasEventless = false
    for (let steps = 1; ; steps++) {
      if (plan?.actions === undefined) return undefined
      const after = execute(snapshot, event, plan.actions)
      if (after === undefined) plan.actions = undefined
      // XState says that these are too many steps.
      if (after === undefined || steps > (chart.options.maxIterations ?? steps)) return undefined
      const next = moved(after, plan.next)
      place = plan.next ?? place
      const transitions: Transitions = wasEventless && next === snapshot ? none : eventless(place, next, event)
      snapshot = next
      wasEventless = transitions.length > 0
      if (wasEventless) plan = planOf(place, transitions)
      else {
        const following = raised.shift()
        if (following === undefined) break
        event = following
        plan = planOfEvent(place, snapshot, event)
      }
    }
    latest = inOrder(place)
    if (latest !== place) snapshot = moved(snapshot, latest)
    nodes = snapshot._nodes
    return snapshot
  }
}

const none: Transitions = []

/** The snapshot in another place, if there is one. */
function moved(snapshot: AnyMachineSnapshot, to: Place | undefined): AnyMachineSnapshot {
  if (to === undefined) return snapshot
  return { ...to.snapshot, context: snapshot.context, children: snapshot.children } as AnyMachineSnapshot
}
