// Compiles the handler tables of a definition into one transition function, and into the graph for a drawing. Only own
// members of the tables count, so an event of type `toString` is an event that nothing handles.

import { describeValue, wrongValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { freezeState } from '../data/plain-data.ts'
import { tell } from '../data/tell.ts'
import { type Handler, type MachineArrow, type MachineGraph, nameOf, type RunEvent } from './machine.ts'
import { throwRefused } from './refuse.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

type Table<Entry> = Readonly<Record<string, Entry>>

interface Tables<State, Event, Output> {
  readonly states?: unknown
  readonly on?: unknown
  readonly transition?: Handler<State, Event, Output> | undefined
  readonly unhandled?: 'refuse' | undefined
}

/** A compiled definition: its transition, and its graph without the initial state. */
export interface Compiled<State, Event, Output> {
  readonly transition: Handler<State, Event, Output>
  readonly graph: Pick<MachineGraph, 'states' | 'arrows'>
}

/**
 * Checks and compiles the tables of a definition.
 * @param label begins each message
 * @param tables `states` and `on`, or `transition`; and what happens to an event that nothing handles
 * @param finals the names of the states that complete a run
 * @throws {TypeError} if a table or a handler has the wrong type
 * @throws {RangeError} if a target is not a state
 */
export function compileTables<State, Event extends RunEvent, Output>(
  label: string,
  { states, on, transition, unhandled }: Tables<State, Event, Output>,
  finals: readonly string[],
): Compiled<State, Event, Output> {
  if (
    (hasMode ? process.env.NODE_ENV !== 'production' : false) &&
    (transition === undefined) === (states === undefined && on === undefined)
  ) {
    throw new TypeError(`${label}give either transition, or states and on`)
  }
  const arrows: MachineArrow[] = []
  if (transition !== undefined) return { transition, graph: { states: [], arrows } }
  if ((hasMode ? process.env.NODE_ENV !== 'production' : false) && states !== undefined) {
    checkTable(label, 'states', states)
  }
  const names = states === undefined ? [] : [...new Set([...Object.keys(states as object), ...finals])]

  const compile = (from: string | undefined, place: string, given: unknown): Table<Handler<State, Event, Output>> => {
    const table: Record<string, Handler<State, Event, Output>> = Object.create(null) as never
    if (hasMode ? process.env.NODE_ENV !== 'production' : false) checkTable(label, place, given)
    for (const [event, entry] of Object.entries(given as object)) {
      if (entry === undefined) continue
      const where = `${place}.${event}`
      const targets = targetsOf(entry)
      if ((hasMode ? process.env.NODE_ENV !== 'production' : false) && states !== undefined) {
        checkTargets(label + where, targets ?? [], names)
      }
      arrows.push({ from, event, targets })
      table[event] = compileEntry(label, where, entry, targets ?? (states === undefined ? undefined : names))
    }
    return table
  }
  const anywhere = compile(undefined, 'on', on ?? {})
  const tables: Record<string, Table<Handler<State, Event, Output>>> = Object.create(null) as never
  for (const [name, table] of Object.entries(states ?? {})) tables[name] = compile(name, `states.${name}`, table)
  const leave =
    unhandled === 'refuse'
      ? refuseUnhandled
      : (hasMode ? process.env.NODE_ENV !== 'production' : false)
        ? warnOfUnhandled(label, [on ?? {}, ...Object.values(states ?? {})].flatMap(Object.keys))
        : ignore
  return {
    graph: { states: names, arrows },
    transition:
      states === undefined
        ? (state, event, emit) => {
            const handler = anywhere[event.type]
            return handler === undefined ? leave(state, event) : handler(state, event, emit)
          }
        : (state, event, emit) => {
            const handler = tables[nameOf(state) as string]?.[event.type] ?? anywhere[event.type]
            return handler === undefined ? leave(state, event) : handler(state, event, emit)
          },
  }
}

function refuseUnhandled(state: unknown): never {
  const name = nameOf(state)
  throwRefused({ code: 'UNHANDLED', message: `nothing handles it${name === undefined ? '' : ` in state ${name}`}` })
}

/** How many types of events a machine warns of. Those from outside may be without end. */
const MOST_WARNINGS = 100

const ignore = <State>(state: State): State => state

/**
 * As `ignore`. In development it warns once of each type that no table names.
 * @param types the types that the tables name
 */
function warnOfUnhandled(label: string, types: readonly string[]): <State>(state: State, event: RunEvent) => State {
  const warned = new Set<string>()
  return (state, { type }) => {
    if (!types.includes(type) && !warned.has(type) && warned.size < MOST_WARNINGS) {
      warned.add(type)
      const named = [...new Set(types)].slice(0, 20).join(', ') || 'none'
      tell(
        'warn',
        `${label}no handler names the event type ${describeValue(type)}, so it changes nothing. ` +
          `Is it a typing mistake? The types that are named: ${named}.`,
      )
    }
    return state
  }
}

function checkTable(label: string, place: string, table: unknown): void {
  if (typeof table === 'object' && table !== null) return
  throw new TypeError(label + wrongValue(place, table, 'an object of handlers'))
}

/** The names of the states that an entry declares: a bare name, or the targets of `to`. */
function targetsOf(entry: unknown): readonly string[] | undefined {
  return typeof entry === 'string' ? [entry] : (entry as { readonly targets?: readonly string[] }).targets
}

function checkTargets(where: string, targets: readonly string[], names: readonly string[]): void {
  const wrong = targets.find((target) => !names.includes(target))
  if (wrong === undefined) return
  throw new RangeError(wrongValue(where, wrong, `one of the states ${names.join(', ')}`))
}

function compileEntry<State, Event, Output>(
  label: string,
  place: string,
  entry: unknown,
  targets: readonly string[] | undefined,
): Handler<State, Event, Output> {
  if (typeof entry === 'string') {
    const target = Object.freeze({ at: entry }) as State
    return () => target
  }
  if ((hasMode ? process.env.NODE_ENV !== 'production' : false) && typeof entry !== 'function') {
    throw new TypeError(label + wrongValue(place, entry, 'a handler, or the name of a state without data'))
  }
  const handler = entry as Handler<State, Event, Output>
  if (targets === undefined) return handler
  return (state, event, emit) => {
    const next = handler(state, event, emit)
    const name = nameOf(next)
    if (name !== undefined && targets.includes(name)) return next
    // The engine, which may be another copy, refuses a state that is not plain data at all as that.
    if (name === undefined && !isPlain(next)) return next
    const where = name === undefined ? `${describeValue(next)}, which has no at` : describeValue(name)
    const message = `${place} went to ${where}; it may go to ${targets.join(', ')}`
    throwRefused({ code: 'INVALID_STATE', message })
  }
}

function isPlain(state: unknown): boolean {
  try {
    freezeState(state)
    return true
  } catch {
    return false
  }
}
