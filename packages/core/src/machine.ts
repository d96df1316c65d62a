// A machine: name, version, initial state and transition. This file holds its types, checks a definition and compiles
// it; it runs nothing.

import { NotPlain } from './not-plain.ts'
import { copyPlain } from './plain-data.ts'
import { mustBe } from './quote.ts'
import type { RunError } from './run-error.ts'
import type { StandardSchema } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import { compileTransition, nameOf } from './transition.ts'

/** An event: immutable plain data with a string `type` (RFC Run v1 §5). */
export interface RunEvent {
  readonly type: string
}

/** Emits an output, while the handler it was given to is running and not after. */
export type Emit<Output> = (output: Output) => void

/** A pure, synchronous function from a state and an event to the next state. */
export type Handler<State, Event, Output, Next = State> = (state: State, event: Event, emit: Emit<Output>) => Next

/** The names of a union of states that is discriminated by `at`. */
export type StateName<State> = State extends { readonly at: infer At extends string } ? At : never

/** The names of the states that have no data of their own. */
export type BareStateName<State> = State extends { readonly at: infer At extends string }
  ? { readonly at: At } extends State
    ? At
    : never
  : never

/** The member of a union of states that has this name. */
export type StateAt<State, Name> = State extends { readonly at: infer At } ? (Name extends At ? State : never) : never

/** The member of a union of events that has this type. */
export type EventOf<Event, Type> = Event extends { readonly type: infer T } ? (Type extends T ? Event : never) : never

/** What can handle an event: a function, or the bare name of a state that has no data of its own. */
export type EventHandler<From, Event, Output, State> = Handler<From, Event, Output, State> | BareStateName<State>

/** For each type of event, what handles it. */
export type HandlerTable<From, Event extends RunEvent, Output, State> = {
  readonly [Type in Event['type']]?: EventHandler<From, EventOf<Event, Type>, Output, State>
}

interface CommonDefinition<State, Event extends RunEvent, Input> {
  /** `[a-z][a-z0-9-]*`, at most 100 characters. */
  readonly name: string
  /** `[0-9A-Za-z]+([.-][0-9A-Za-z]+)*`, at most 100 characters, not ending in `.lock`; new whenever behaviour changes. */
  readonly version: string
  /** The initial state, or a pure function that makes it of the run's input. */
  readonly initial: Exclude<State, (...input: never) => unknown> | ((input: Input) => State)
  /** The names of the states that complete a run (RFC Run v1 §3.3); being named here makes them states. */
  readonly final?: readonly StateName<State>[]
  /** Whether a state completes the run (RFC Run v1 §3.3); pure. */
  readonly isDone?: (state: State) => boolean
  /** Whether a refusal ends the run (RFC Run v1 §9); nothing is fatal unless this says so. */
  readonly isFatal?: (error: RunError, snapshot: Snapshot<State>) => boolean
  /** A Standard Schema (zod, valibot, arktype) that parses each event before it is recorded; synchronous. */
  readonly events?: StandardSchema<Event>
}

interface TableDefinition<State, Event extends RunEvent, Output> {
  /** What each state does with each event; wins over `on`. */
  readonly states?: {
    readonly [Name in StateName<State>]: HandlerTable<StateAt<State, Name>, Event, Output, State>
  }
  /** What any state does with an event. */
  readonly on?: HandlerTable<State, Event, Output, State>
  readonly transition?: never
}

interface TransitionDefinition<State, Event extends RunEvent, Output> {
  /** Any pure function, instead of `states` and `on`. */
  readonly transition: Handler<State, Event, Output>
  readonly states?: never
  readonly on?: never
}

/** What `defineMachine` takes. */
export type MachineDefinition<State, Event extends RunEvent, Output = never, Input = undefined> = CommonDefinition<
  State,
  Event,
  Input
> &
  (TableDefinition<State, Event, Output> | TransitionDefinition<State, Event, Output>)

/** A deterministic state transition system (RFC Run v1 §2.1), made by `defineMachine`. */
export interface Machine<State, Event extends RunEvent, Output = never, Input = undefined> {
  readonly name: string
  readonly version: string
  /** The state that a run with this input begins with. */
  initial(input: Input): State
  /** The state after an event, its outputs given to `emit`. */
  transition(state: State, event: Event, emit: Emit<Output>): State
  /** Whether this state completes a run. */
  isDone(state: State): boolean
  /** Whether this refusal ends a run. */
  isFatal(error: RunError, snapshot: Snapshot<State>): boolean
  /** What parses each event before it is recorded. */
  readonly events: StandardSchema<Event> | undefined
  /** Where each event can lead, as far as the definition says: what `toMermaid` draws. */
  readonly graph: MachineGraph
}

/** One arrow of a machine's graph. */
export interface MachineArrow {
  /** The state it leaves, or undefined for any state. */
  readonly from: string | undefined
  readonly event: string
  /** Where it can lead, or undefined where the handler does not declare it. */
  readonly targets: readonly string[] | undefined
}

/** What a definition says of a machine's states, for drawing. */
export interface MachineGraph {
  readonly states: readonly string[]
  readonly initial: string | undefined
  readonly final: readonly string[]
  readonly arrows: readonly MachineArrow[]
}

const machines = new WeakSet<object>()

/**
 * Defines a machine: its name, version, initial state and transition (RFC Run v1 §2.1).
 *
 * @param definition states and their handlers, or `on`, or a `transition`; members that are not own do not count
 * @returns the machine, frozen
 * @throws {TypeError} where a part of the definition has the wrong type
 * @throws {RangeError} where a name, version or target is not one that can be
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 *
 * type Door = { at: 'closed' } | { at: 'open' } | { at: 'locked'; code: string }
 * type DoorEvent = { type: 'OPEN' } | { type: 'CLOSE' } | { type: 'LOCK'; code: string }
 *
 * const door = defineMachine<Door, DoorEvent>({
 *   name: 'door',
 *   version: '1',
 *   initial: { at: 'closed' },
 *   states: {
 *     closed: { OPEN: 'open', LOCK: (_door, event) => ({ at: 'locked', code: event.code }) },
 *     open: { CLOSE: 'closed' },
 *     locked: {},
 *   },
 * })
 * const run = createRun(door)
 * run.in.send({ type: 'LOCK', code: '42' })
 * console.log(run.snapshot.current.state) // {"at":"locked","code":"42"}
 * ```
 */
export function defineMachine<State, Event extends RunEvent = RunEvent, Output = never, Input = undefined>(
  definition: MachineDefinition<State, Event, Output, Input>,
): Machine<State, Event, Output, Input> {
  if (typeof definition !== 'object' || definition === null) {
    throw new TypeError(mustBe('the definition', definition, '{ name, version, initial, … }'))
  }
  const { name, version, initial, final = [], isDone, isFatal, events } = definition
  const label = checkIdentity(name, version)
  for (const part of ['isDone', 'isFatal', 'transition'] as const) {
    if (definition[part] !== undefined && typeof definition[part] !== 'function') {
      throw new TypeError(mustBe(label + part, definition[part], 'a function'))
    }
  }
  if (!Array.isArray(final) || !final.every((name) => typeof name === 'string')) {
    throw new TypeError(mustBe(`${label}final`, final, 'an array of state names'))
  }
  if (events !== undefined && typeof events?.['~standard']?.validate !== 'function') {
    throw new TypeError(mustBe(`${label}events`, events, 'a Standard Schema, as of zod, valibot or arktype'))
  }
  const makeInitial = initialOf<State, Input>(label, initial)
  const finals = new Set<string>(final)
  const { transition, graph } = compileTransition<State, Event, Output>(label, definition, finals)
  const states = [...graph.states]
  const first = typeof initial === 'function' ? undefined : nameOf(initial)
  if (typeof initial !== 'function' && states.length > 0 && !states.includes(first as string)) {
    throw new RangeError(mustBe(`${label}initial.at`, first, `one of the states ${states.join(', ')}`))
  }
  const machine: Machine<State, Event, Output, Input> = Object.freeze({
    name,
    version,
    initial: makeInitial,
    transition,
    isDone: completion(finals, isDone),
    isFatal: isFatal ?? (() => false),
    events,
    graph: { states, initial: first, final: [...finals], arrows: graph.arrows },
  })
  machines.add(machine)
  return machine
}

/** Whether `defineMachine` made it: that of this very copy of the package. */
export function isMachine(value: unknown): value is Machine<unknown, RunEvent, unknown, unknown> {
  return machines.has(value as object)
}

/** Refuses what `defineMachine` did not make. */
export function checkMachine(machine: unknown): void {
  if (!isMachine(machine)) throw new TypeError(mustBe('the machine', machine, 'made by defineMachine'))
}

/** Answers how messages begin that are about this machine. */
function checkIdentity(name: unknown, version: unknown): string {
  const isName = /^[a-z][a-z0-9-]{0,99}$/
  const isVersion = /^(?=.{1,100}$)(?!.*\.lock$)[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$/
  for (const [part, value, pattern] of [
    ['name', name, isName],
    ['version', version, isVersion],
  ] as const) {
    if (typeof value !== 'string') throw new TypeError(mustBe(`the machine's ${part}`, value, 'a string'))
    if (!pattern.test(value))
      throw new RangeError(mustBe(`the machine's ${part}`, value, `text that matches ${String(pattern)}`))
  }
  return `machine ${String(name)}@${String(version)}: `
}

function initialOf<State, Input>(label: string, initial: unknown): (input: Input) => State {
  // A function cannot be a state, so a function makes one.
  if (typeof initial === 'function') return initial as (input: Input) => State
  try {
    const state = copyPlain(initial, 'initial') as State
    return () => state
  } catch (problem) {
    if (problem instanceof NotPlain) throw new TypeError(label + problem.message)
    throw problem
  }
}

function completion<State>(
  finals: ReadonlySet<string>,
  isDone: ((state: State) => boolean) | undefined,
): (state: State) => boolean {
  if (finals.size === 0) return isDone ?? (() => false)
  const isFinal = (state: State): boolean => finals.has(nameOf(state) as string)
  return isDone === undefined ? isFinal : (state) => isFinal(state) || isDone(state)
}
