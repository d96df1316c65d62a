// The pure core: (state of a chart, event) → the next state and its outputs. The chart's own transition does the work, in a
// scope that starts nothing. What the transition asks for becomes outputs, and plain data in the state. Longer than other files,
// because each built-in action of XState is taken here, by the one step that it is part of.

import type { AnyActorLogic, AnyActorRef, AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import type { ChartChild, ChartState, ChartTimer, EffectOutput } from './chart.ts'
import { type ChartWorld, worldOf } from './kept-snapshot.ts'
import { plainError } from './plain-error.ts'
import { toMarkers } from './references.ts'
import {
  type BuiltInParams,
  type ChartAction,
  endOf,
  hasSameNodes,
  historyIds,
  namedAction,
  numberOf,
  originOf,
  stopChildrenOfFailed,
} from './xstate-internals.ts'

type Emit = (output: unknown) => void
type Children = Record<string, ChartChild>
type Timers = Record<string, ChartTimer>

/** The action that an output asks for, with what XState gives to it. It is known where the chart made the output. */
export const actionsOf: WeakMap<object, ChartAction> = new WeakMap()

/** The logic of children that were spawned from a value. It is known where the chart made the child. */
export const spawnedLogic: WeakMap<ChartChild, AnyActorLogic> = new WeakMap()

/** The first state of a chart. What it emits are the outputs of the genesis. */
export function firstState(chart: AnyStateMachine, input: unknown, emit: Emit): ChartState {
  const world = worldOf(chart)
  world.still.begin(0, {})
  const first = world.first(input)
  // XState catches what is thrown here.
  if (first.status === 'error') throw first.error
  return new Step(chart, world, emit).finish(first)
}

/** The state after an event. */
export function nextState(chart: AnyStateMachine, state: ChartState, event: AnyEventObject, emit: Emit): ChartState {
  if (state.status !== 'active') return state
  const world = worldOf(chart)
  const before = world.snapshotOf(state)
  world.still.begin(state.count ?? 0, before.children)
  const step = new Step(chart, world, emit, state, before)
  const given = event['xstate.from'] === undefined ? event : step.answer(event)
  if (given === undefined) return step.finish(before)
  const next = world.next(before, given)
  if (next.status === 'error') stopChildrenOfFailed(next, before, world.still.actions)
  return step.finish(next)
}

/** One event on its way through a chart. */
class Step {
  readonly #chart: AnyStateMachine
  readonly #world: ChartWorld
  readonly #emit: Emit
  readonly #state: ChartState | undefined
  readonly #before: AnyMachineSnapshot | undefined
  #children: Children
  #timers: Timers
  /** Events that the chart sends to itself from outside: they are handled after the one under way. */
  readonly #sentToSelf: AnyEventObject[] = []
  /** What is done with children and the parent: XState does it after the actions of the step. */
  readonly #afterActions: EffectOutput[] = []

  constructor(chart: AnyStateMachine, world: ChartWorld, emit: Emit, state?: ChartState, before?: AnyMachineSnapshot) {
    this.#chart = chart
    this.#world = world
    this.#emit = emit
    this.#state = state
    this.#before = before
    this.#children = state?.children ?? none
    this.#timers = state?.timers ?? none
  }

  /** The event that a timer or a child stands for; undefined if there is none for the chart, as with a late answer. */
  answer({ 'xstate.from': from, ...event }: AnyEventObject): AnyEventObject | undefined {
    const number = from as number
    const timer = this.#timers[number]
    if (timer !== undefined) {
      this.#endTimers((_timer, other) => Number(other) === number)
      if (timer.to === undefined) return timer.event
      this.#output({ type: 'xstate.send', number: timer.to, event: timer.event })
      return undefined
    }
    const found = Object.entries(this.#children).find(([, child]) => child.number === number)
    if (found === undefined || found[1].status !== undefined) return undefined
    const [id, child] = found
    const status = endOf(event, id)
    if (status !== undefined) this.#children = { ...this.#children, [id]: carried(child, { ...child, status }) }
    return this.#world.withActors(event, this.#before?.children ?? {})
  }

  /** Handles what the chart sends to itself, and makes the next state. */
  finish(first: AnyMachineSnapshot): ChartState {
    let previous = this.#before
    let next = first
    for (;;) {
      this.#perform(previous, next)
      const event = next.status === 'active' ? this.#sentToSelf.shift() : undefined
      if (event === undefined) break
      previous = next
      next = this.#world.next(next, event)
    }
    const state = this.#stateOf(next)
    this.#world.keep(state, next)
    return state
  }

  /** Takes what a transition has asked for. */
  #perform(previous: AnyMachineSnapshot | undefined, next: AnyMachineSnapshot): void {
    const { actions } = this.#world.still
    if (actions.length === 0 && next.children === previous?.children) return
    const asked = actions.splice(0)
    if (next.children === previous?.children && !asked.some(({ type }) => concernsChildren.includes(type))) {
      for (const action of asked) this.#performOne(action, noChild, noChild)
      return
    }
    const known = this.#children
    const isKnown = (child: AnyActorRef): boolean => known[child.id]?.number === numberOf(child)
    const children: Record<string, AnyActorRef> = {}
    for (const child of Object.values(next.children as Record<string, AnyActorRef | undefined>)) {
      if (child !== undefined) children[child.id] = child
    }
    for (const { type, params } of asked) {
      if (type === 'xstate.stopChild') {
        const child = params as BuiltInParams['xstate.stopChild']
        if (child !== undefined && children[child.id] === child) delete children[child.id]
      } else if (type === 'xstate.spawnChild') {
        // XState puts children without an id under one key, so that only the last of them is in the snapshot.
        const { actorRef } = params as BuiltInParams['xstate.spawnChild']
        if (actorRef !== undefined) children[actorRef.id] ??= actorRef
      }
    }
    const inOrder = Object.values(children).sort((one, other) => (numberOf(one) ?? 0) - (numberOf(other) ?? 0))

    const started: Children = {}
    const start = (child: AnyActorRef): void => {
      if (children[child.id] !== child || isKnown(child) || started[child.id] !== undefined) return
      const entry = (started[child.id] = entryOf(child))
      this.#afterActions.push({ type: 'xstate.start', id: child.id, ...entry })
    }
    // An actor of XState begins with starting its children.
    if (previous === undefined) {
      for (const child of inOrder) start(child)
      this.#flush()
    }
    for (const action of asked)
      this.#performOne(action, start, (child) => isKnown(child) || children[child.id] === child)
    for (const child of inOrder) start(child)
    this.#flush()

    // Most actions start and stop nothing.
    if (next.children === previous?.children && Object.keys(started).length === 0) return
    this.#children =
      inOrder.length === 0
        ? none
        : Object.fromEntries(inOrder.map(({ id }) => [id, started[id] ?? (known[id] as ChartChild)]))
    next.children = Object.fromEntries(inOrder.map((child) => [child.id, child]))
  }

  #flush(): void {
    for (const output of this.#afterActions) this.#output(output)
    this.#afterActions.length = 0
  }

  #performOne(action: ChartAction, start: (child: AnyActorRef) => void, exists: (child: AnyActorRef) => boolean): void {
    const { still } = this.#world
    switch (action.type) {
      case 'xstate.raise': {
        const { event, id, delay } = action.params as BuiltInParams['xstate.raise']
        if (typeof delay === 'number') this.#startTimer(id, delay, event)
        return
      }
      case 'xstate.sendTo': {
        const { to, event, id, delay } = action.params as BuiltInParams['xstate.sendTo']
        if (to === undefined) return
        if (to === still.self) {
          if (typeof delay === 'number') this.#startTimer(id, delay, event)
          else this.#sentToSelf.push(event)
        } else if (to === still.parent) {
          this.#afterActions.push({ type: 'xstate.send-parent', event })
        } else if (exists(to)) {
          start(to)
          const number = numberOf(to) as number
          if (typeof delay === 'number') this.#startTimer(id, delay, event, number)
          else this.#afterActions.push({ type: 'xstate.send', number, event })
        }
        return
      }
      case 'xstate.cancel': {
        const { sendId } = action.params as BuiltInParams['xstate.cancel']
        this.#endTimers(({ id }) => id === sendId)
        return
      }
      case 'xstate.spawnChild': {
        const { actorRef } = action.params as BuiltInParams['xstate.spawnChild']
        if (actorRef !== undefined) start(actorRef)
        return
      }
      case 'xstate.stopChild': {
        const child = action.params as BuiltInParams['xstate.stopChild']
        if (child !== undefined && this.#children[child.id]?.number === numberOf(child)) {
          this.#afterActions.push({ type: 'xstate.stop', number: numberOf(child) as number })
        }
        return
      }
      case 'xstate.emit':
        this.#output((action.params as BuiltInParams['xstate.emit']).event)
        return
      case 'xstate.log': {
        const { value, label } = action.params as BuiltInParams['xstate.log']
        this.#output({ type: 'xstate.log', value, ...(label !== undefined && { label }) })
        return
      }
      default:
        this.#performCustom(action)
    }
  }

  #performCustom(action: ChartAction): void {
    const { type, params, exec } = action
    const isNamed = exec === undefined || exec === namedAction(this.#chart, type)
    const output = isNamed
      ? { type: 'xstate.action', action: type, ...(params !== undefined && { params: toMarkers(params) }) }
      : { type: 'xstate.inline', name: type }
    actionsOf.set(output, action)
    this.#emit(output)
  }

  #startTimer(id: string | undefined, delay: number, event: AnyEventObject, to?: number): void {
    const number = this.#world.still.count++
    const timer: ChartTimer = {
      ...(id !== undefined && { id }),
      delay,
      event: toMarkers(event),
      ...(to !== undefined && { to }),
    }
    this.#timers = { ...this.#timers, [number]: timer }
    this.#output({ type: 'xstate.after', number, delay })
  }

  #endTimers(isOver: (timer: ChartTimer, number: string) => boolean): void {
    let left: Timers = none
    for (const number in this.#timers) {
      const timer = this.#timers[number] as ChartTimer
      if (!isOver(timer, number)) left = { ...left, [number]: timer }
    }
    this.#timers = left
  }

  #output(output: EffectOutput | AnyEventObject): void {
    this.#emit(toMarkers(output))
  }

  #stateOf(next: AnyMachineSnapshot): ChartState {
    const { context, status, output, error } = next
    const [state, before] = [this.#state, this.#before]
    const { count } = this.#world.still
    const isActive = status === 'active'
    const children = isActive ? this.#children : none
    const timers = isActive ? this.#timers : none
    if (next === before && children === (state?.children ?? none) && timers === (state?.timers ?? none)) {
      return state as ChartState
    }
    const isSamePlace = before !== undefined && hasSameNodes(before, next)
    const history =
      before !== undefined && next.historyValue === before.historyValue ? state?.history : historyIds(next)
    const isSameContext = context === before?.context
    // Member by member: spreading what is there costs as much as all the rest of a step.
    const made: Writable<ChartState> = {
      value: isSamePlace ? state?.value : next.value,
      context: isSameContext ? state?.context : toMarkers(context),
      status,
    }
    if (output !== undefined) made.output = toMarkers(output)
    if (error !== undefined) made.error = plainError(error)
    if (history !== undefined) made.history = history
    if (children !== none) made.children = children
    if (timers !== none) made.timers = timers
    if (count !== 0) made.count = count
    return made
  }
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** No children, or no timers. No other empty object is used, so this one is compared by identity. */
const none = {}

/** The actions that start a child, stop one, or send to one. */
const concernsChildren: readonly string[] = ['xstate.spawnChild', 'xstate.stopChild', 'xstate.sendTo']

const noChild = (): boolean => false

/** What the state says of a child that starts. */
function entryOf(child: AnyActorRef): ChartChild {
  const { src, input, systemId, syncSnapshot } = originOf(child)
  const entry: ChartChild = {
    number: numberOf(child) as number,
    ...(typeof src === 'string' && { src }),
    ...(input !== undefined && { input: toMarkers(input) }),
    ...(systemId !== undefined && { systemId }),
    ...(syncSnapshot && { syncSnapshot }),
  }
  if (typeof src !== 'string') spawnedLogic.set(entry, src)
  return entry
}

/** The same child with another status. Its logic is known as before. */
function carried(child: ChartChild, next: ChartChild): ChartChild {
  const logic = spawnedLogic.get(child)
  if (logic !== undefined) spawnedLogic.set(next, logic)
  return next
}
