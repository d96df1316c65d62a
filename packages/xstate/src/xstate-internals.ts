// Everything of XState that is not its documented API, in one place. `test/xstate-internals.test.ts` checks each of these
// against the oldest and the newest version, so that it tells if one moves. Longer than other files, because it is the list of
// all of them.

import {
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyTransitionDefinition,
  and,
} from 'xstate'

/** What a transition gives to `actionExecutor`. */
export interface ChartAction {
  /** The type of a built-in action, the name of a named one, or the name of an inline function. */
  readonly type: string
  readonly info: { readonly context: unknown; readonly event: AnyEventObject }
  readonly params: unknown
  readonly exec: ((info: unknown, params: unknown) => void) | undefined
}

/** The params of the built-in actions that have an effect, by their types. */
export interface BuiltInParams {
  readonly 'xstate.raise': { readonly event: AnyEventObject; readonly id?: string; readonly delay?: number }
  readonly 'xstate.sendTo': {
    readonly to: AnyActorRef | undefined
    readonly event: AnyEventObject
    readonly id?: string
    readonly delay?: number
  }
  readonly 'xstate.cancel': { readonly sendId: string }
  readonly 'xstate.spawnChild': { readonly id?: string; readonly actorRef?: AnyActorRef }
  readonly 'xstate.stopChild': AnyActorRef | undefined
  readonly 'xstate.emit': { readonly event: AnyEventObject }
  readonly 'xstate.log': { readonly value: unknown; readonly label?: string }
}

/** The members of an actor that its types do not show. */
interface ActorInside {
  readonly options?: { readonly input?: unknown }
  readonly systemId?: string
  readonly _syncSnapshot?: boolean
  _stop(): unknown
}

/** A node of a chart. The order is that of the document. */
type ChartNode = AnyMachineSnapshot['_nodes'][number]

/** An action as a chart has it: a name, a name with params, or a function. */
export type ActionDefinition = string | { readonly type: string; readonly params?: unknown } | ActionFunction

/** A function that executes an action; or a built-in action, which is a function with members. */
export interface ActionFunction {
  (info: unknown, params: unknown): void
  readonly name: string
  readonly type?: string
  /** What `assign` was given. */
  readonly assignment?: unknown
  /** Finds out what a built-in action does: the snapshot after it, its params, and actions that are executed next. */
  readonly resolve?: (
    scope: AnyActorScope,
    snapshot: AnyMachineSnapshot,
    info: object,
    params: unknown,
    action: ActionFunction,
    extra: { readonly internalQueue: AnyEventObject[] },
  ) => readonly [AnyMachineSnapshot, unknown, readonly ActionDefinition[] | undefined]
  readonly execute?: unknown
}

/** An actor is known by three members, as XState knows one in a context. */
export function isActor(value: object): value is AnyActorRef {
  return 'sessionId' in value && 'send' in value && 'ref' in value
}

/** The number of a child: its session id is made of it. */
export function numberOf(actor: AnyActorRef): number | undefined {
  const number = Number(actor.sessionId.slice(2))
  return Number.isNaN(number) ? undefined : number
}

/** How the event ends the child of this id, if it does. */
export function endOf({ type }: { readonly type: string }, id: string): 'done' | 'error' | undefined {
  if (type === `xstate.done.actor.${id}`) return 'done'
  return type === `xstate.error.actor.${id}` ? 'error' : undefined
}

/** What an actor was made with. */
export function originOf(actor: AnyActorRef): {
  readonly src: string | AnyActorLogic
  readonly input: unknown
  readonly systemId: string | undefined
  readonly syncSnapshot: true | undefined
} {
  const { options, systemId, _syncSnapshot } = actor as unknown as ActorInside
  return {
    src: actor.src,
    input: options?.input,
    systemId,
    syncSnapshot: _syncSnapshot || undefined,
  }
}

/** Stops a child. `stop()` is for actors without a parent. */
export function stopActor(child: AnyActorRef): void {
  ;(child as unknown as ActorInside)._stop()
}

/** Sends an event of a child to its parent, which learns who sent it. */
export function sendToParent(child: AnyActorRef, event: AnyEventObject): void {
  const { _relay } = child.system as unknown as {
    _relay(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject): void
  }
  if (child._parent !== undefined) _relay(child, child._parent, event)
}

/** Puts the active nodes of a snapshot in document order, in which XState reads the regions of a parallel state. */
function sortNodes(snapshot: AnyMachineSnapshot): void {
  snapshot._nodes.sort((one, other) => one.order - other.order)
}

/** Puts the nodes and the value of a snapshot in document order. */
export function putInOrder(snapshot: AnyMachineSnapshot, chart: AnyStateMachine): void {
  sortNodes(snapshot)
  snapshot.value = inDocumentOrder(snapshot.value, chart.root) as never
}

/** Whether two snapshots have the same active nodes. */
export function hasSameNodes({ _nodes: nodes }: AnyMachineSnapshot, { _nodes: others }: AnyMachineSnapshot): boolean {
  return nodes === others || hasSameItems(nodes, others)
}

/** Whether two lists have the same items in the same order. */
export function hasSameItems(items: readonly unknown[], others: readonly unknown[]): boolean {
  return items.length === others.length && items.every((item, at) => item === others[at])
}

/** All nodes of a chart, by their ids. */
function nodesOf(chart: AnyStateMachine): Map<string, ChartNode> {
  return (chart as unknown as { readonly idMap: Map<string, ChartNode> }).idMap
}

/** Whether a chart has a parallel state. */
export function hasParallel(chart: AnyStateMachine): boolean {
  return [...nodesOf(chart).values()].some(({ type }) => type === 'parallel')
}

/** A state value with its members in document order. */
export function inDocumentOrder(value: unknown, node: ChartNode): unknown {
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(node.states).filter((key) => Object.hasOwn(value, key))
  return Object.fromEntries(
    keys.map((key) => [key, inDocumentOrder((value as Record<string, unknown>)[key], node.states[key] as ChartNode)]),
  )
}

/** The ids of the nodes that each history node remembers. */
export function historyIds({ historyValue }: AnyMachineSnapshot): Record<string, string[]> | undefined {
  const ids = mapHistory(historyValue as Record<string, readonly ChartNode[]>, ({ id }) => id)
  return Object.keys(ids).length === 0 ? undefined : ids
}

/** Puts something else in the place of each node that a history remembers, or of its id. */
function mapHistory<One, Other>(
  history: Readonly<Record<string, readonly One[]>>,
  other: (one: One) => Other,
): Record<string, Other[]> {
  return Object.fromEntries(Object.entries(history).map(([id, all]) => [id, all.map(other)]))
}

/** Whether an active node of a snapshot has a transition of an event with a guard. */
export function hasGuard({ _nodes }: AnyMachineSnapshot): boolean {
  return _nodes.some(({ transitions }) => [...transitions.values()].flat().some(({ guard }) => guard))
}

/** For each active node without children: the transitions without an event, of which the first that is enabled is taken. */
export function alwaysOf({ _nodes }: AnyMachineSnapshot): AnyTransitionDefinition[][] {
  const all = (node: ChartNode | undefined): AnyTransitionDefinition[] =>
    node === undefined ? [] : [...(node.always ?? []), ...all(node.parent)]
  const atoms = _nodes.filter(({ type }) => type === 'atomic' || type === 'final')
  return atoms.map(all).filter(({ length }) => length > 0)
}

/** Whether a guard, if there is one, lets a transition be taken. */
export function passes(
  guard: AnyTransitionDefinition['guard'],
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
): boolean {
  if (guard === undefined) return true
  // XState does not export the function that evaluates a guard. The guard that `and` makes calls it.
  const guards = and([guard as never]) as unknown as {
    check(snapshot: AnyMachineSnapshot, info: object, guards: unknown): boolean
  }
  return guards.check(snapshot, { context: snapshot.context as unknown, event }, guards)
}

/** What transitions do: the actions that they execute, in order, and the snapshot after them. */
export interface Taken {
  /** Undefined for each state that invokes children or is final: XState does more with it than execute actions. */
  readonly actions: readonly (ActionDefinition | undefined)[]
  /** Undefined if XState makes no other snapshot. */
  readonly next: AnyMachineSnapshot | undefined
}

/** The transitions of a node, also those without an event. */
function transitionsOf({ transitions, always = [] }: ChartNode): AnyTransitionDefinition[] {
  return [...transitions.values(), always].flat()
}

/** Copies a chart. On the copy, XState takes transitions and reports their actions without executing them. */
export function copyWithMarks(
  chart: AnyStateMachine,
): (before: AnyMachineSnapshot, transitions: readonly AnyTransitionDefinition[], scope: AnyActorScope) => Taken {
  const copy: AnyStateMachine = chart.provide({})
  copy.implementations.actions = {}
  /** The node or transition of the copy, by the one of the chart; and the nodes of the chart, by those of the copy. */
  const twins = new Map<unknown, unknown>()
  const twinOf = <Part>(part: Part): Part => twins.get(part) as Part
  const twinHistory = ({ historyValue }: AnyMachineSnapshot): object => mapHistory(historyValue as never, twinOf)
  /** A list of one action that is unknown to the copy, so XState only reports it, with its params. */
  const mark = (actions: unknown): never => [{ type: 'mark', params: actions }] as never
  const pair = (node: ChartNode, twin: ChartNode): void => {
    twins.set(node, twin).set(twin, node)
    const isInvoking = node.invoke.length > 0
    twin.entry = mark(isInvoking || node.type === 'final' ? [undefined] : node.entry)
    twin.exit = mark(isInvoking ? [undefined] : node.exit)
    twin.invoke.length = 0
    twin.output = undefined
    const others = transitionsOf(twin)
    for (const [at, one] of transitionsOf(node).entries()) {
      const other = others[at] as AnyTransitionDefinition
      twins.set(one, other)
      other.actions = mark(one.actions)
    }
    // A node from which a member is deleted is slow.
    twin.always = undefined as never
    try {
      if (node.type === 'compound') twin.initial.actions = mark(node.initial.actions)
    } catch {
      // A chart may name an initial state that does not exist. It is an error only when XState enters it.
    }
    for (const [key, child] of Object.entries(node.states)) pair(child, twin.states[key] as ChartNode)
  }
  pair(chart.root, copy.root)
  return (before, transitions, scope) => {
    const taken = transitions.map(twinOf)
    // XState asks again if a state is done, for the event that says so.
    copy.getTransitionData = () => taken.splice(0)
    const actions: (ActionDefinition | undefined)[] = []
    const actionExecutor = ({ params }: { readonly params: typeof actions }): void => void actions.push(...params)
    const given = { ...before, machine: copy, _nodes: before._nodes.map(twinOf), historyValue: twinHistory(before) }
    // The type of the event is of no use here: XState does more than take transitions with some types of its own.
    const next = copy.transition(given as never, { type: '' }, { ...scope, actionExecutor } as never)
    if (next === given) return { actions, next: undefined }
    const historyValue = next.historyValue === given.historyValue ? before.historyValue : twinHistory(next)
    return { actions, next: { ...next, machine: chart, _nodes: next._nodes.map(twinOf), historyValue } as never }
  }
}

/** A snapshot made of its parts. Children are set afterwards, because XState would make an actor of each. */
export function makeSnapshot(
  chart: AnyStateMachine,
  parts: {
    readonly value: unknown
    readonly context: unknown
    readonly status: AnyMachineSnapshot['status']
    readonly output?: unknown
    readonly error?: unknown
    readonly history?: Readonly<Record<string, readonly string[]>>
    readonly children: Readonly<Record<string, AnyActorRef>>
  },
): AnyMachineSnapshot {
  const { history = {}, children } = parts
  const historyValue = mapHistory(history, (id) => nodesOf(chart).get(id))
  const snapshot = chart.resolveState({ ...parts, historyValue } as never) as AnyMachineSnapshot
  sortNodes(snapshot)
  snapshot.children = children
  return snapshot
}

/**
 * Asks to stop all children of a chart that has ended with an error that no transition handles. XState 5.32.0 leaves them
 * running; later versions ask for this themselves.
 */
export function stopChildrenOfFailed(
  next: AnyMachineSnapshot,
  before: AnyMachineSnapshot,
  actions: ChartAction[],
): void {
  const stops = Object.values(before.children).map((params) => ({ type: 'xstate.stopChild', params }))
  // Nothing else of such an action is read.
  actions.splice(0, Infinity, ...(stops as Partial<ChartAction>[] as ChartAction[]))
  next.children = {}
}

/** The logic that a name refers to: an actor of `setup`, or one that a state invokes as a value. */
export function logicOf(chart: AnyStateMachine, src: string): AnyActorLogic | undefined {
  const match = /^xstate\.invoke\.(\d+)\.(.*)/.exec(src)
  if (match === null) return (chart.implementations.actors as Record<string, AnyActorLogic | undefined>)[src]
  const [, index, id] = match
  const { invoke } = (nodesOf(chart).get(id as string)?.config ?? {}) as { readonly invoke?: unknown }
  const invoked = (Array.isArray(invoke) ? (invoke as unknown[])[Number(index)] : invoke) as
    | { readonly src?: AnyActorLogic }
    | undefined
  return invoked?.src
}

/** A function that executes a named action, if the chart has one that is not built in. */
export function namedAction(chart: AnyStateMachine, name: string): ChartAction['exec'] {
  const action = (chart.implementations.actions as Record<string, unknown>)[name]
  return typeof action === 'function' && !('resolve' in action) ? (action as ChartAction['exec']) : undefined
}

/** What a transition works in: it starts nothing, and collects what is to be done. */
export interface StillScope {
  readonly scope: AnyActorScope
  readonly self: AnyActorRef
  readonly parent: AnyActorRef
  /** What the transition has asked for since `begin`. */
  readonly actions: ChartAction[]
  /** The next number of a child or a timer. */
  count: number
  /** Prepares a transition of a chart with these children. */
  begin(count: number, children: Readonly<Record<string, AnyActorRef>>): void
  /** A child that was not made by this transition. */
  child(id: string, number: number, systemId?: string): AnyActorRef
}

/** Makes the scope of the transitions of one chart. One is enough: a transition leaves nothing in it. */
export function stillScope({ id }: AnyStateMachine): StillScope {
  const keyed = new Map<string, AnyActorRef>()
  const actions: ChartAction[] = []
  const nothing = (): void => undefined
  const system = {
    _bookId: () => `x:${still.count++}`,
    _unregister: nothing,
    _set(systemId: string, actor: AnyActorRef) {
      if ((keyed.get(systemId) ?? actor) !== actor)
        throw new Error(`Actor with system ID '${systemId}' already exists.`)
      keyed.set(systemId, actor)
    },
    _sendInspectionEvent: nothing,
    _relay: nothing,
    get: (systemId: string) => keyed.get(systemId),
    getAll: () => Object.fromEntries(keyed),
  }
  const actor = (name: string, sessionId: string, more?: object): AnyActorRef => {
    const made = {
      id: name,
      sessionId,
      system,
      send: nothing,
      getSnapshot: () => ({ status: 'active' }),
      subscribe: () => ({ unsubscribe: nothing }),
      on: () => ({ unsubscribe: nothing }),
      ...more,
    }
    // What a transition reads of an actor is here; the rest of the interface is never used.
    return Object.assign(made, { ref: made }) as unknown as AnyActorRef
  }
  const parent = actor('#_parent', 'parent')
  const self = actor(id, 'self', { _parent: parent })
  const still: StillScope = {
    scope: {
      self,
      id,
      system,
      defer: nothing,
      actionExecutor(action: ChartAction) {
        // XState frees the name at once, so that the same transition may use it again.
        if (action.type === 'xstate.stopChild')
          keyed.delete((action.params as ActorInside | undefined)?.systemId as string)
        actions.push(action)
      },
    } as unknown as AnyActorScope,
    self,
    parent,
    actions,
    count: 0,
    begin(count, children) {
      still.count = count
      actions.length = 0
      keyed.clear()
      for (const id in children) {
        const child = children[id] as AnyActorRef
        const { systemId } = child as unknown as ActorInside
        if (systemId !== undefined) keyed.set(systemId, child)
      }
    },
    child: (name, number, systemId) => actor(name, `x:${number}`, { _parent: self, systemId }),
  }
  return still
}
