// What `defineMachine` takes: a definition, and the types of a machine. Types only.

import type { Emit, Handler, Machine, RunEvent } from './machine.ts'
import type { MachineOutline } from './outline.ts'
import type { NotPlain, PlainData } from './plain-type.ts'
import type { RunError } from './run-error.ts'
import type { StandardSchema } from './schema.ts'
import type { Snapshot } from './snapshot.ts'

/** The names of a union of states that is discriminated by `at`. */
export type StateName<State> = State extends { readonly at: infer At extends string } ? At : never

/** The names of the states that have no data of their own. */
export type BareStateName<State> = State extends { readonly at: infer At extends string }
  ? { readonly at: At } extends State
    ? At
    : never
  : never

// A compiler prints the sentence when the bare name of a state with data stands for a handler. It begins with `(`, so that it
// comes before all names.
type NeedsHandler<State> =
  Exclude<StateName<State>, BareStateName<State>> extends never
    ? never
    : '(a state that has data needs a handler that returns it, not its bare name)'

/** The member of a union of states that has this name. */
export type StateAt<State, Name> = State extends { readonly at: infer At } ? (Name extends At ? State : never) : never

/** The member of a union of events that has this type. */
export type EventTyped<Event, Type> = Event extends { readonly type: infer T }
  ? Type extends T
    ? Event
    : never
  : never

/** What can handle an event: a function, or the bare name of a state that has no data of its own. */
export type EventHandler<From, Event, Output, State> = Handler<From, Event, Output, State> | BareStateName<State>

/** The handler of each type of event. */
export type HandlerTable<From, Event extends RunEvent, Output, State> = {
  // Not the name `EventHandler`, which a compiler would print in place of what it stands for.
  readonly [Type in Event['type']]?:
    | Handler<From, EventTyped<Event, Type>, Output, State>
    | BareStateName<State>
    | NeedsHandler<State>
}

interface CommonDefinition<State, Event extends RunEvent, Output, Input> {
  /** `[a-z][a-z0-9-]*`, at most 100 characters. */
  readonly name: string
  /**
   * `[0-9A-Za-z]+([.-][0-9A-Za-z]+)*`, at most 100 characters, not ending in `.lock`. Behaviour that changes gets a new
   * version.
   */
  readonly version: string
  /** The initial state, or a pure function that makes it from the run's input, and may emit the first outputs. */
  readonly initial: Exclude<State, (...input: never) => unknown> | ((input: Input, emit: Emit<Output>) => State)
  /** The names of the states that complete a run (RFC Run v1 §3.3). A name here makes it a state. */
  readonly final?: readonly StateName<State>[]
  /** Whether a state completes the run (RFC Run v1 §3.3); pure. */
  readonly isDone?: (state: State) => boolean
  /** Whether a refusal ends the run (RFC Run v1 §9). By default nothing is fatal. */
  readonly isFatal?: (error: RunError, snapshot: Snapshot<State>) => boolean
  /** A Standard Schema (zod, valibot, arktype) that parses each event before it is recorded; synchronous. */
  readonly events?: StandardSchema<Event>
  /** Loads the outline for a drawing, if the states are in states and so not under `states`. A run never calls it. */
  readonly outline?: () => Promise<MachineOutline>
}

interface TableDefinition<State, Event extends RunEvent, Output> {
  /**
   * `'refuse'` refuses an event that nothing handles, with the code `UNHANDLED`. Without it such an event leaves the state as
   * it is, and is part of the history.
   */
  readonly unhandled?: 'refuse'
  /** The handlers of each state. They win over `on`. */
  readonly states?: {
    readonly [Name in StateName<State>]: HandlerTable<StateAt<State, Name>, Event, Output, State>
  }
  /** The handlers of events in any state. */
  readonly on?: HandlerTable<State, Event, Output, State>
  readonly transition?: never
}

interface TransitionDefinition<State, Event extends RunEvent, Output> {
  /** Any pure function, instead of `states` and `on`. */
  readonly transition: Handler<State, Event, Output>
  readonly states?: never
  readonly on?: never
  readonly unhandled?: never
}

/** The argument of `defineMachine`. */
export type MachineDefinition<State, Event extends RunEvent, Output = never, Input = undefined> = CommonDefinition<
  State,
  Event,
  Output,
  Input
> &
  (TableDefinition<State, Event, Output> | TransitionDefinition<State, Event, Output>)

/** The types of a machine by their names, for `defineMachine<{ … }>()`. */
export interface MachineTypes {
  readonly state: unknown
  readonly event: RunEvent
  readonly output?: unknown
  readonly input?: unknown
}

/** The given types, each with what is no plain data in it marked. */
export type PlainTypes<Types> = {
  [Name in keyof Types]: Name extends keyof MachineTypes
    ? PlainData<Types[Name]>
    : NotPlain<'a machine has the types state, event, output and input'>
}

/** The machine that has these types. */
export type MachineOf<Types extends MachineTypes> = Machine<
  Types['state'],
  Types['event'],
  Types extends { readonly output: infer Output } ? Output : never,
  Types extends { readonly input: infer Input } ? Input : undefined
>
