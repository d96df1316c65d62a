// The paths over the states that a machine can reach with some events.

import { canonicalJson } from '../data/canonical-json.ts'
import { wrongValue } from '../data/describe-value.ts'
import { admit } from '../engine/admit.ts'
import { initialState } from '../engine/initial-state.ts'
import { Refusal } from '../engine/refusal.ts'
import { type Step, step } from '../engine/step.ts'
import { type AnyMachine, checkMachine, labelOf, type Machine, type RunEvent } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'

/** A path: events one after the other, and the states between them. */
export interface MachinePath<State, Event> {
  /** The state at its end. */
  readonly state: State
  readonly events: readonly Event[]
  /** The initial state, and then the state after each event. */
  readonly states: readonly State[]
}

/** How paths are looked for. */
export interface PathsOptions<State, Event, Input> {
  /** The events to try in each state, or a function that gives them for a state. */
  readonly events: readonly Event[] | ((state: State) => readonly Event[])
  readonly input?: Input
  /**
   * `'shortest'`, the default: one path to each state, with as few events as possible. `'simple'`: every path that comes to
   * no state twice.
   */
  readonly kind?: 'shortest' | 'simple'
  /** What tells states apart, such as `({ at }) => at`: all of the state unless given. */
  readonly by?: (state: State) => unknown
  /** The greatest number of events in a path. */
  readonly depth?: number
  /** The greatest number of paths, 1,000 unless given. More are an error. */
  readonly limit?: number
}

/** The codes of refusals that are rules, and no bugs: such an event leads nowhere. */
const RULES: ReadonlySet<string> = new Set(['REFUSED', 'UNHANDLED', 'SCHEMA_MISMATCH'])

/**
 * The paths of a machine over the states that it can reach with some events. An event that the machine refuses, or that
 * changes nothing, is no step of a path.
 *
 * @param machine made by `defineMachine`
 * @param options the events, and the bounds
 * @returns the paths, the one without events first; shorter ones come before longer ones
 * @throws {RangeError} if there are more paths than `limit`
 * @throws {RunError} the bug of a machine, with the path to it
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { pathsOf } from '@xmachines/core/testing'
 *
 * const light = defineMachine<{ at: 'red' } | { at: 'green' } | { at: 'off' }, { type: 'NEXT' } | { type: 'STOP' }>({
 *   name: 'light',
 *   version: '1',
 *   initial: { at: 'red' },
 *   states: { red: { NEXT: 'green' }, green: { NEXT: 'red', STOP: 'off' }, off: {} },
 * })
 * const paths = pathsOf(light, { events: [{ type: 'NEXT' }, { type: 'STOP' }] })
 * console.log(paths.map(({ state }) => state.at).join(' ')) // red green off
 * console.log(paths[2]?.events.map(({ type }) => type).join(' ')) // NEXT STOP
 * ```
 */
export function pathsOf<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  {
    events,
    input,
    kind = 'shortest',
    by = (state) => state,
    depth = Infinity,
    limit = 1000,
  }: PathsOptions<NoInfer<State>, NoInfer<Event>, NoInfer<Input>>,
): MachinePath<State, Event>[] {
  checkMachine(machine)
  if (kind !== 'shortest' && kind !== 'simple') throw new RangeError(wrongValue('kind', kind, "'shortest' or 'simple'"))
  // The interface of a machine is the same whatever its types are.
  const any = machine as unknown as AnyMachine
  const keyOf = (state: State): string => canonicalJson(by(state) ?? null)
  const begun = initialState(any, input, { checkDeterminism: false })
  const first: Reached<State, Event> = {
    state: begun.state as State,
    done: begun.done,
    events: [],
    states: [begun.state as State],
    keys: [keyOf(begun.state as State)],
  }
  const found = [first]
  const seen = new Set(first.keys)
  // The list grows while it is walked.
  for (const path of found) {
    if (path.done || path.events.length >= depth) continue
    for (const event of typeof events === 'function' ? events(path.state) : events) {
      const stepped = stepOf(any, path, event)
      if (stepped === undefined) continue
      const state = stepped.state as State
      const key = keyOf(state)
      if (kind === 'shortest' ? seen.has(key) : path.keys.includes(key)) continue
      seen.add(key)
      if (found.length >= limit) throw tooMany(any, limit)
      found.push({
        state,
        done: stepped.done,
        events: [...path.events, event],
        states: [...path.states, state],
        keys: [...path.keys, key],
      })
    }
  }
  return found.map(({ state, events: taken, states }) => ({ state, events: taken, states }))
}

interface Reached<State, Event> extends MachinePath<State, Event> {
  readonly done: boolean
  /** What tells its states apart. */
  readonly keys: readonly string[]
}

function stepOf<Event extends RunEvent>(
  machine: AnyMachine,
  { state, events }: Reached<unknown, Event>,
  event: Event,
): Step | undefined {
  const batch = admit(machine, event)
  const stepped = batch instanceof Refusal ? batch : step(machine, state, batch)
  if (!(stepped instanceof Refusal)) return stepped
  if (RULES.has(stepped.code)) return undefined
  const path = [...events, event].map(({ type }) => type).join(', ')
  throw new RunError(stepped.code, `${labelOf(machine)} fails after ${path}: ${stepped.message}`, stepped.more)
}

function tooMany(machine: AnyMachine, limit: number): RangeError {
  return new RangeError(
    `pathsOf found more than ${limit} paths of ${labelOf(machine)}; give fewer events, a depth, by to compare less of a ` +
      'state, or a higher limit',
  )
}
