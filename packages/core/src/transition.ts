// Compiles the tables of a definition into one transition function, and into the graph that a picture needs. Only own
// members of the tables count, so that an event of type `toString` is an event that nothing handles.

import type { Emit, Handler, MachineArrow, RunEvent } from './machine.ts'
import { freezeState } from './plain-data.ts'
import { mustBe, quote } from './quote.ts'

/** A transition went where the definition does not let it go: its message is the refusal's. */
export class WrongTarget extends Error {}

/** A handler that says where it can lead; what `to` returns. */
export type DeclaredHandler<From, Event, Output, Next> = Handler<From, Event, Output, Next> & {
  readonly targets: readonly string[]
}

/** The members of a union of states that have one of these names. */
type Reached<State, Name> = State extends { readonly at: infer At }
  ? [At & Name] extends [never]
    ? never
    : State & { readonly at: At & Name }
  : never

/**
 * Declares the states that a handler can lead to, so that `toMermaid` can draw them and a handler that goes elsewhere
 * is refused.
 *
 * @param targets the names of the states, at least one
 * @param handler as in a table without `to`
 * @returns the handler with its targets
 * @throws {TypeError} where `targets` is not an array of names, or the handler not a function
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, to } from '@xmachines/core'
 *
 * type Coin = { at: 'held' } | { at: 'heads' } | { at: 'tails' }
 * const coin = defineMachine<Coin, { type: 'LAND'; up: boolean }>({
 *   name: 'coin',
 *   version: '1',
 *   initial: { at: 'held' },
 *   states: {
 *     held: { LAND: to(['heads', 'tails'], (_coin, event) => (event.up ? { at: 'heads' } : { at: 'tails' })) },
 *     heads: {},
 *     tails: {},
 *   },
 * })
 * const run = createRun(coin)
 * run.in.send({ type: 'LAND', up: false })
 * console.log(run.snapshot.current.state.at) // tails
 * ```
 */
export function to<From, Event, Output, Next extends { readonly at: string }, const Name extends Next['at']>(
  targets: readonly Name[],
  handler: Handler<From, Event, Output, NoInfer<Reached<Next, Name>>>,
): DeclaredHandler<From, Event, Output, Next> {
  if (!Array.isArray(targets) || targets.length === 0 || !targets.every((target) => typeof target === 'string')) {
    throw new TypeError(mustBe('to: targets', targets, 'an array of at least one state name'))
  }
  if (typeof handler !== 'function') throw new TypeError(mustBe('to: handler', handler, 'a function'))
  // A function of its own, so that one handler can be declared twice with other targets.
  const declared: Handler<From, Event, Output, Next> = (state, event, emit) => handler(state, event, emit)
  return Object.freeze(Object.assign(declared, { targets: Object.freeze([...targets]) }))
}

type Transition<State, Event, Output> = (state: State, event: Event, emit: Emit<Output>) => State
type Table<Entry> = Readonly<Record<string, Entry>>

interface Tables<State, Event, Output> {
  readonly states?: unknown
  readonly on?: unknown
  readonly transition?: Transition<State, Event, Output> | undefined
}

/** What compiling a definition gives; the graph without its initial state. */
export interface Compiled<State, Event, Output> {
  readonly transition: Transition<State, Event, Output>
  readonly graph: { readonly states: ReadonlySet<string>; readonly arrows: readonly MachineArrow[] }
}

/** Checks and compiles a definition's tables; `label` begins each message. */
export function compileTransition<State, Event extends RunEvent, Output>(
  label: string,
  { states, on, transition }: Tables<State, Event, Output>,
  finals: ReadonlySet<string>,
): Compiled<State, Event, Output> {
  if ((transition === undefined) === (states === undefined && on === undefined)) {
    throw new TypeError(`${label}give either transition, or states and on`)
  }
  const arrows: MachineArrow[] = []
  const names = new Set<string>()
  const graph = { states: names, arrows }
  if (transition !== undefined) return { transition, graph }
  if (states !== undefined)
    for (const name of [...Object.keys(checkTable(label, 'states', states)), ...finals]) names.add(name)

  const compile = (
    from: string | undefined,
    place: string,
    given: unknown,
  ): Table<Transition<State, Event, Output>> => {
    const table: Record<string, Transition<State, Event, Output>> = Object.create(null) as never
    for (const [event, entry] of Object.entries(checkTable(label, place, given))) {
      if (entry === undefined) continue
      const where = `${place}.${event}`
      const targets =
        typeof entry === 'string' ? [entry] : (entry as Partial<DeclaredHandler<never, never, never, never>>).targets
      for (const target of targets ?? []) {
        if (states !== undefined && !names.has(target)) {
          throw new RangeError(`${label}${mustBe(where, target, `one of the states ${[...names].join(', ')}`)}`)
        }
      }
      arrows.push({ from, event, targets })
      table[event] = compileEntry(label, where, entry, targets ?? (states === undefined ? undefined : [...names]))
    }
    return table
  }
  const anywhere = compile(undefined, 'on', on ?? {})
  const tables: Record<string, Table<Transition<State, Event, Output>>> = Object.create(null) as never
  for (const [name, table] of Object.entries(states ?? {})) tables[name] = compile(name, `states.${name}`, table)
  return {
    graph,
    transition: (state, event, emit) => {
      const handler =
        (states === undefined ? undefined : tables[nameOf(state) as string]?.[event.type]) ?? anywhere[event.type]
      return handler === undefined ? state : handler(state, event, emit)
    },
  }
}

function checkTable(label: string, place: string, table: unknown): object {
  if (typeof table === 'object' && table !== null) return table
  throw new TypeError(label + mustBe(place, table, 'an object of handlers'))
}

function compileEntry<State, Event, Output>(
  label: string,
  place: string,
  entry: unknown,
  targets: readonly string[] | undefined,
): Transition<State, Event, Output> {
  if (typeof entry === 'string') {
    const target = Object.freeze({ at: entry }) as State
    return () => target
  }
  if (typeof entry !== 'function') {
    throw new TypeError(label + mustBe(place, entry, 'a handler, or the name of a state without data'))
  }
  const handler = entry as Transition<State, Event, Output>
  if (targets === undefined) return handler
  return (state, event, emit) => {
    const next = handler(state, event, emit)
    const name = nameOf(next)
    if (name !== undefined && targets.includes(name)) return next
    // What is no plain data at all is refused as what it is.
    if (name === undefined) freezeState(next)
    const where = name === undefined ? `${quote(next)}, which has no at` : quote(name)
    throw new WrongTarget(`${place} went to ${where}; it may go to ${targets.join(', ')}`)
  }
}

/** The name of a state, where it has one. */
export function nameOf(state: unknown): string | undefined {
  const at: unknown = (state as { readonly at?: unknown } | null | undefined)?.at
  return typeof at === 'string' ? at : undefined
}
