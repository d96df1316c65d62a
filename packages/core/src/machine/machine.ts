// What a machine is: its types, and how a value is recognized as one. `defineMachine` makes them.

import { wrongValue } from '../data/describe-value.ts'
import { CORE_VERSION, versionOf } from './core-version.ts'
import type { MachineOutline } from './outline.ts'
import { RunError } from './run-error.ts'
import type { StandardSchema } from './schema.ts'
import type { Snapshot } from './snapshot.ts'

/** An event: immutable plain data with a string `type` (RFC Run v1 §5). */
export interface RunEvent {
  readonly type: string
}

/** Emits an output. It may be called while the handler that got it is running, and not after. */
export type Emit<Output> = (output: Emitted<Output>) => void

// A compiler prints the sentence when a machine that declares no outputs emits one.
type Emitted<Output> =
  | Output
  | ([Output] extends [never] ? '(this machine declares no Output: give defineMachine its Output type)' : never)

/** A pure, synchronous function from a state and an event to the next state. */
export type Handler<State, Event, Output, Next = State> = (state: State, event: Event, emit: Emit<Output>) => Next

/** A deterministic state transition system (RFC Run v1 §2.1), made by `defineMachine`. */
export interface Machine<State, Event extends RunEvent, Output = never, Input = undefined> {
  readonly name: string
  readonly version: string
  /** The first state of a run with this input. Its outputs go to `emit`, if that is given. */
  initial(input: Input, emit?: Emit<Output>): State
  /** The state after an event. Its outputs go to `emit`. */
  transition(state: State, event: Event, emit: Emit<Output>): State
  /** Whether this state completes a run. */
  isDone(state: State): boolean
  /** Whether this refusal ends a run. */
  isFatal(error: RunError, snapshot: Snapshot<State>): boolean
  /** Parses each event before it is recorded. */
  readonly events: StandardSchema<RunEvent> | undefined
  /** Whether an event that nothing handles is refused. */
  readonly unhandled: 'refuse' | undefined
  /** Where each event can lead, as far as the definition says: what `toMermaid` draws. */
  readonly graph: MachineGraph
}

/** A machine of any types. */
export type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** The states of a machine. */
export type StateOf<AMachine> =
  AMachine extends Machine<infer State, infer _Event, infer _Output, infer _Input> ? State : never
/** The events that a machine takes. */
export type EventOf<AMachine> =
  AMachine extends Machine<infer _State, infer Event, infer _Output, infer _Input> ? Event : never
/** The outputs that a machine emits. */
export type OutputOf<AMachine> =
  AMachine extends Machine<infer _State, infer _Event, infer Output, infer _Input> ? Output : never
/** The input that a machine takes, `undefined` if it takes none. */
export type InputOf<AMachine> =
  AMachine extends Machine<infer _State, infer _Event, infer _Output, infer Input> ? Input : never

/** One arrow of a machine's graph. */
export interface MachineArrow {
  /** The state that it leaves, or undefined for any state. */
  readonly from: string | undefined
  readonly event: string
  /** The states that it can lead to, or undefined if the handler does not declare them. */
  readonly targets: readonly string[] | undefined
}

/** The states and arrows of a machine's definition, for drawing. */
export interface MachineGraph {
  readonly states: readonly string[]
  readonly initial: string | undefined
  readonly final: readonly string[]
  readonly arrows: readonly MachineArrow[]
  /** Loads the states in states, if the definition says how. */
  readonly outline?: (() => Promise<MachineOutline>) | undefined
}

/** Under this key a machine carries the version of the core that made it, so that another copy of core knows it. */
export const machineKey: unique symbol = Symbol.for('@xmachines/core/machine') as never

/** Whether `defineMachine` made it, in any copy of this version of the package. */
export function isMachine(value: unknown): value is AnyMachine {
  return versionOf(value, machineKey) === CORE_VERSION
}

/**
 * Refuses what `defineMachine` did not make.
 * @throws {TypeError} if it is not a machine, or is one of another version of core
 */
export function checkMachine(machine: unknown): void {
  if (!isMachine(machine)) throw new TypeError(wrongMaker('the machine', machine, machineKey, 'defineMachine'))
}

/** Why a value is not what this version of core made. */
export function wrongMaker(what: string, value: unknown, key: symbol, makers: string): string {
  const version = versionOf(value, key)
  if (version === undefined) return wrongValue(what, value, `made by ${makers}`)
  return `${what} was made by @xmachines/core ${version as string}, and this is ${CORE_VERSION}; install one version`
}

/** The identity of a machine. */
export interface MachineName {
  readonly name: string
  readonly version: string
}

/** What the name of a machine matches. */
export const NAME: RegExp = /^[a-z][a-z0-9-]{0,99}$/
/** What the version of a machine matches. */
export const VERSION: RegExp = /^(?=.{1,100}$)(?!.*\.lock$)[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$/

/**
 * The machine with a name and a version among one or several.
 * @throws {RunError} `MACHINE_MISMATCH` if it is not among them
 */
export function pickMachine(given: AnyMachine | readonly AnyMachine[], { name, version }: MachineName): AnyMachine {
  const machines = [given].flat() as readonly AnyMachine[]
  const machine = machines.find((one) => one.name === name && one.version === version)
  if (machine !== undefined) return machine
  const names = machines.map(labelOf).join(', ') || 'none'
  const why = `the run is of ${name}@${version}, but the machines given are ${names}`
  throw new RunError('MACHINE_MISMATCH', why, { sequence: 0 })
}

/** The name of a machine with its version, as messages give it. */
export function labelOf({ name, version }: MachineName): string {
  return `${name}@${version}`
}

/** The name of a state that has one. */
export function nameOf(state: unknown): string | undefined {
  const at: unknown = (state as { readonly at?: unknown } | null | undefined)?.at
  return typeof at === 'string' ? at : undefined
}
