// Defines a machine: checks a definition and compiles it. Runs nothing.

import { wrongValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { NotPlain } from '../data/not-plain.ts'
import { copyArgument, freezePlain } from '../data/plain-data.ts'
import { CORE_VERSION } from './core-version.ts'
import type { MachineDefinition, MachineOf, MachineTypes, PlainTypes } from './definition.ts'
import { compileTables } from './handler-tables.ts'
import {
  type Emit,
  type InputOf,
  labelOf,
  type Machine,
  machineKey,
  NAME,
  nameOf,
  type OutputOf,
  type RunEvent,
  VERSION,
} from './machine.ts'
import type { PlainData } from './plain-type.ts'
import type { StandardSchema } from './schema.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Takes the types of a machine by their names, so that each may be left out. The result takes the definition.
 *
 * @returns a `defineMachine` for a machine of these types
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 *
 * type Counter = { count: number }
 *
 * const counter = defineMachine<{ state: Counter; event: { type: 'INC' }; input: { from: number } }>()({
 *   name: 'counter',
 *   version: '1',
 *   initial: ({ from }) => ({ count: from }),
 *   on: { INC: ({ count }) => ({ count: count + 1 }) },
 * })
 * console.log(createRun(counter, { input: { from: 41 } }).state) // {"count":41}
 * ```
 */
export function defineMachine<Types extends PlainTypes<Types> & MachineTypes>(): (
  definition: MachineDefinition<Types['state'], Types['event'], OutputOf<MachineOf<Types>>, InputOf<MachineOf<Types>>>,
) => MachineOf<Types>
/**
 * Defines a machine: its name, version, initial state and transition (RFC Run v1 §2.1).
 *
 * @param definition states and their handlers, or `on`, or a `transition`; only own members count
 * @returns the machine, frozen
 * @throws {TypeError} if a part of the definition has the wrong type
 * @throws {RangeError} if a name, a version or a target is not allowed
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
export function defineMachine<
  State extends PlainData<State>,
  Event extends PlainData<Event> & RunEvent = RunEvent,
  Output extends PlainData<Output> = never,
  Input extends PlainData<Input> = undefined,
>(definition: MachineDefinition<State, Event, Output, Input>): Machine<State, Event, Output, Input>
export function defineMachine(...given: readonly unknown[]): unknown {
  // Without a definition it was called for the types alone.
  return given.length === 0
    ? defineMachine
    : machineOf(given[0] as MachineDefinition<unknown, RunEvent, unknown, unknown>)
}

function machineOf<State, Event extends RunEvent, Output, Input>(
  definition: MachineDefinition<State, Event, Output, Input>,
): Machine<State, Event, Output, Input> {
  if (hasMode ? process.env.NODE_ENV !== 'production' : false) checkDefinition(definition)
  const { name, version, initial, final = [], isDone, isFatal = () => false, events, unhandled, outline } = definition
  const label = `machine ${labelOf(definition)}: `
  const finals: readonly string[] = [...new Set(final)]
  const { transition, graph } = compileTables<State, Event, Output>(label, definition, finals)
  const { states } = graph
  const first = typeof initial === 'function' ? undefined : nameOf(initial)
  if ((hasMode ? process.env.NODE_ENV !== 'production' : false) && typeof initial !== 'function')
    checkFirst(label, first, states)
  const machine: Machine<State, Event, Output, Input> = {
    name,
    version,
    initial: initialOf<State, Output, Input>(label, initial, states),
    transition,
    isDone: completion(finals, isDone),
    isFatal,
    events,
    unhandled,
    graph: { ...graph, initial: first, final: finals, outline },
  }
  // Hidden, so that a copy with changed members is no machine.
  Object.defineProperty(machine, machineKey, { value: CORE_VERSION })
  return Object.freeze(machine)
}

// Definitions are checked in development. In production a wrong one throws later, when it is used.

function checkDefinition(definition: unknown): void {
  if (typeof definition !== 'object' || definition === null) {
    throw new TypeError(wrongValue('the definition', definition, '{ name, version, initial, … }'))
  }
  const { name, version } = definition as Readonly<Record<string, unknown>>
  checkIdentity(name, version)
  checkParts(`machine ${String(name)}@${String(version)}: `, definition)
}

function checkIdentity(name: unknown, version: unknown): void {
  for (const [part, value, pattern] of [
    ['name', name, NAME],
    ['version', version, VERSION],
  ] as const) {
    if (typeof value !== 'string') throw new TypeError(wrongValue(`the machine's ${part}`, value, 'a string'))
    if (!pattern.test(value)) {
      throw new RangeError(wrongValue(`the machine's ${part}`, value, `text that matches ${String(pattern)}`))
    }
  }
}

function checkParts(label: string, definition: object): void {
  const { final = [], events, ...parts } = definition as Readonly<Record<string, unknown>>
  for (const part of ['isDone', 'isFatal', 'transition']) {
    if (parts[part] !== undefined && typeof parts[part] !== 'function') {
      throw new TypeError(wrongValue(label + part, parts[part], 'a function'))
    }
  }
  const { unhandled, transition } = parts
  if (unhandled !== undefined && unhandled !== 'refuse') {
    throw new TypeError(wrongValue(`${label}unhandled`, unhandled, "'refuse', or absent"))
  }
  if (unhandled !== undefined && transition !== undefined) {
    throw new TypeError(
      `${label}unhandled is given with transition, which handles every event; call refuse in it, or give states and on`,
    )
  }
  if (!Array.isArray(final) || !final.every((name) => typeof name === 'string')) {
    throw new TypeError(wrongValue(`${label}final`, final, 'an array of state names'))
  }
  const schema = events as StandardSchema<unknown> | undefined
  if (schema !== undefined && typeof schema?.['~standard']?.validate !== 'function') {
    throw new TypeError(
      wrongValue(`${label}events`, schema, 'a Standard Schema, such as one of zod, valibot or arktype'),
    )
  }
}

function checkFirst(label: string, first: string | undefined, states: readonly string[]): void {
  if (states.length === 0 || states.includes(first as string)) return
  throw new RangeError(wrongValue(`${label}initial.at`, first, `one of the states ${states.join(', ')}`))
}

function initialOf<State, Output, Input>(
  label: string,
  initial: unknown,
  states: readonly string[],
): (input: Input, emit?: Emit<Output>) => State {
  // A function cannot be a state, so a function makes one.
  if (typeof initial === 'function') {
    return (input, emit = () => undefined) => {
      const state = initial(input, emit) as State
      const name = nameOf(state)
      if (states.length === 0 || states.includes(name as string)) return state
      // A state that is not plain data at all is refused as that.
      if (name === undefined) freezePlain(state, 'initial state')
      throw new NotPlain(wrongValue('initial state.at', name, `one of the states ${states.join(', ')}`))
    }
  }
  const state = copyArgument(initial, `${label}initial`) as State
  return () => state
}

function completion<State>(
  finals: readonly string[],
  isDone: ((state: State) => boolean) | undefined,
): (state: State) => boolean {
  if (finals.length === 0) return isDone ?? (() => false)
  const isFinal = (state: State): boolean => finals.includes(nameOf(state) as string)
  return isDone === undefined ? isFinal : (state) => isFinal(state) || isDone(state)
}
