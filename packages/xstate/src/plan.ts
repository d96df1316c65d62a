// Plans: what an event does to a chart is kept, so that XState does not find it out at each event again.
//
// Which states are left and entered depends on the transitions, the active states and what history remembers, and on nothing
// else. So XState is asked once: it takes the transitions on a copy of the chart in which each list of actions is a mark, and the
// marks come in the order of the lists. From then on only the actions are executed. Guards are evaluated by XState at each event.
// XState takes the whole step if it starts or stops a child, enters a final state, raises an event, or gets to an `always`.

import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine, AnyTransitionDefinition } from 'xstate'
import {
  type ActionDefinition,
  type ActionFunction,
  copyWithMarks,
  guardedDescriptors,
  hasAlways,
  historyIds,
  isXStates,
  type StillScope,
} from './xstate-internals.ts'

/** Steps a snapshot by a plan. Answers undefined if XState has to step it. */
export type Planner = (before: AnyMachineSnapshot, event: AnyEventObject) => AnyMachineSnapshot | undefined

/** Where a chart is: its active states, and what history remembers. */
interface Place {
  /** A snapshot there, without context and children. */
  readonly snapshot: AnyMachineSnapshot
  /** The descriptors of the events for which an active state has a guard. */
  readonly guarded: readonly string[]
  /** The plans of events without guards. */
  readonly byType: Map<string, Plan>
  readonly plans: Plan[]
}

/** What transitions do in a place. */
interface Plan {
  readonly transitions: readonly AnyTransitionDefinition[]
  readonly next: Place
  /** Undefined if XState has to take the transitions. */
  actions: readonly ActionDefinition[] | undefined
}

/** How many places a chart keeps, and how many plans a place. A chart with parallel states may have very many. */
const MOST_KEPT = 1000

/** The built-in actions that are planned, beside `assign`. */
const planned: ReadonlySet<string | undefined> = new Set(
  ['cancel', 'emit', 'enqueueActions', 'log', 'raise', 'sendTo'].map((name) => `xstate.${name}`),
)

/**
 * Makes the planner of a chart.
 * @param putInOrder puts the nodes of a snapshot in document order
 */
export function makePlanner(
  chart: AnyStateMachine,
  { scope, self, actions: asked }: StillScope,
  putInOrder: (snapshot: AnyMachineSnapshot) => void,
): Planner {
  const { system } = scope
  /** A place has no plans before it is met again. */
  const places = new Map<string, Place | undefined>()
  let latest: Place | undefined
  let take: ReturnType<typeof copyWithMarks> | undefined
  const internalQueue: AnyEventObject[] = []
  let isSpawning = false
  const spawn = (): never => {
    isSpawning = true
    throw new Error('XState has to spawn it')
  }

  function placeOf(snapshot: AnyMachineSnapshot): Place | undefined {
    if (latest?.snapshot._nodes === snapshot._nodes) return latest
    const key = keyOf(snapshot)
    if (places.has(key)) return (latest = placeAt(key, snapshot))
    places.set(key, undefined)
    return undefined
  }

  function placeAt(key: string, snapshot: AnyMachineSnapshot): Place {
    let place = places.get(key)
    if (place === undefined) {
      if (places.size > MOST_KEPT) places.clear()
      const bare = { ...snapshot, context: undefined, children: {} } as never
      places.set(key, (place = { snapshot: bare, guarded: guardedDescriptors(snapshot), byType: new Map(), plans: [] }))
    }
    return place
  }

  function planOf(place: Place, before: AnyMachineSnapshot, event: AnyEventObject): Plan | undefined {
    const { guarded, byType, plans } = place
    const { type } = event
    const known = byType.get(type)
    if (known !== undefined || isXStates(type)) return known
    const transitions = chart.getTransitionData(before as never, event)
    let plan = plans.find((one) => isSame(one.transitions, transitions))
    if (plan === undefined) {
      plan = makePlan(place.snapshot, transitions, event)
      if (plans.push(plan) > MOST_KEPT) plans.shift()
    }
    if (guarded.every((descriptor) => descriptor !== type && !descriptor.includes('*'))) {
      if (byType.size > MOST_KEPT) byType.clear()
      byType.set(type, plan)
    }
    return plan
  }

  function makePlan(at: AnyMachineSnapshot, transitions: readonly AnyTransitionDefinition[], event: AnyEventObject): Plan {
    const { actions, next } = (take ??= copyWithMarks(chart))(at, transitions, event, scope)
    putInOrder(next)
    return {
      transitions,
      next: placeAt(keyOf(next), next),
      actions: actions.includes(undefined) || hasAlways(next) ? undefined : (actions as readonly ActionDefinition[]),
    }
  }

  /** Executes actions as XState does. Answers undefined if one of them is not planned. */
  function execute(
    before: AnyMachineSnapshot,
    event: AnyEventObject,
    actions: readonly ActionDefinition[],
  ): AnyMachineSnapshot | undefined {
    let snapshot: AnyMachineSnapshot | undefined = before
    for (const action of actions) {
      const { context } = snapshot
      const info = { context, event, self, system }
      const name = typeof action === 'string' ? action : typeof action === 'function' ? '' : action.type
      const found = typeof action === 'function' ? action : (chart.implementations.actions[name] as unknown as ActionFunction | undefined)
      const params = paramsOf(action, { context, event })
      if (found?.resolve === undefined) {
        asked.push({ type: name || found?.name || '(anonymous)', info, params, exec: found })
      } else if (found.type === 'xstate.assign') {
        let part: unknown
        try {
          part = assigned(found.assignment, { context, event, spawn, self, system }, params)
        } catch (thrown) {
          if (!isSpawning) throw thrown
        }
        if (isSpawning) return undefined
        snapshot = { ...snapshot, context: Object.assign({}, context, part) as unknown } as AnyMachineSnapshot
      } else {
        if (!planned.has(found.type)) return undefined
        const [, given, more] = found.resolve(scope, snapshot, info, params, found, { internalQueue })
        if (internalQueue.length > 0) return undefined
        if (found.execute !== undefined) asked.push({ type: found.type as string, info, params: given, exec: undefined })
        if (more !== undefined) snapshot = execute(snapshot, event, more)
        if (snapshot === undefined) return undefined
      }
    }
    return snapshot
  }

  return (before, event) => {
    const place = placeOf(before)
    const plan = place && planOf(place, before, event)
    if (plan?.actions === undefined) return undefined
    isSpawning = false
    internalQueue.length = 0
    const after = execute(before, event, plan.actions)
    if (after === undefined) {
      plan.actions = undefined
      return undefined
    }
    latest = plan.next
    if (latest === place) return after
    return { ...latest.snapshot, context: after.context, children: after.children } as AnyMachineSnapshot
  }
}

function keyOf(snapshot: AnyMachineSnapshot): string {
  return JSON.stringify([snapshot._nodes.map(({ order }) => order), historyIds(snapshot)])
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, at) => one === others[at])
}

function paramsOf(action: ActionDefinition, info: object): unknown {
  const params = typeof action === 'object' ? action.params : undefined
  return typeof params === 'function' ? (params as (given: object) => unknown)(info) : params
}

/** What an `assign` changes in the context. */
function assigned(assignment: unknown, info: object, params: unknown): unknown {
  type Assigner = (info: object, params: unknown) => unknown
  if (typeof assignment === 'function') return (assignment as Assigner)(info, params)
  const part: Record<string, unknown> = {}
  for (const key of Object.keys(assignment as object)) {
    const member = (assignment as Record<string, unknown>)[key]
    part[key] = typeof member === 'function' ? (member as Assigner)(info, params) : member
  }
  return part
}
