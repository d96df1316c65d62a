// Compiles the tables of a definition into one transition function, and into the graph that a picture needs. Only own
// members of the tables count, so that an event of type `toString` is an event that nothing handles.

import type { Emit, Handler, MachineArrow, MachineGraph, RunEvent } from './machine.ts'
import { quote } from './quote.ts'

/** A transition went where the definition does not let it go: its message is the refusal's. */
export class WrongTarget extends Error {}

/** A handler that says where it can lead; what `to` returns. */
export type DeclaredHandler<From, Event, Output, Next> = Handler<From, Event, Output, Next> & {
  readonly targets: readonly string[]
}

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
  handler: Handler<From, Event, Output, Extract<Next, { readonly at: NoInfer<Name> }>>,
): DeclaredHandler<From, Event, Output, Next> {
  if (!Array.isArray(targets) || targets.length === 0 || !targets.every((target) => typeof target === 'string')) {
    throw new TypeError(`to: targets is ${quote(targets)}; it must be an array of at least one state name`)
  }
  if (typeof handler !== 'function') throw new TypeError(`to: handler is ${quote(handler)}; it must be a function`)
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
  readonly graph: Omit<MachineGraph, 'initial'>
}

/** Checks and compiles a definition's tables; `label` names the machine in messages. */
export function compileTransition<State, Event extends RunEvent, Output>(
  label: string,
  definition: Tables<State, Event, Output>,
  finals: ReadonlySet<string>,
): Compiled<State, Event, Output> {
  const { states, on, transition } = definition
  if (transition !== undefined) {
    if (states !== undefined || on !== undefined) {
      throw new TypeError(`${label}: transition stands beside states or on; give one or the other`)
    }
    return { transition, graph: { states: [], final: [...finals], arrows: [] } }
  }
  if (states === undefined && on === undefined) {
    throw new TypeError(`${label}: nothing handles events; give states, on or transition`)
  }
  const names = states === undefined ? undefined : new Set(ownEntries(label, 'states', states).map(([name]) => name))
  if (names !== undefined) for (const name of finals) names.add(name)
  const arrows: MachineArrow[] = []
  const compile = (
    from: string | undefined,
    place: string,
    table: unknown,
  ): Table<Transition<State, Event, Output>> => {
    const compiled: Record<string, Transition<State, Event, Output>> = Object.create(null) as never
    for (const [event, entry] of ownEntries(label, place, table)) {
      if (entry === undefined) continue
      const targets = targetsOf(entry)
      for (const target of targets ?? []) checkTarget(label, `${place}.${event}`, target, names)
      arrows.push(Object.freeze({ from, event, targets }))
      compiled[event] = compileEntry(label, `${place}.${event}`, entry, targets, names)
    }
    return compiled
  }
  const anywhere = compile(undefined, 'on', on ?? {})
  const graph = { states: [...(names ?? [])], final: [...finals], arrows }
  if (states === undefined) {
    return {
      graph,
      transition: (state, event, emit) => {
        const handler = anywhere[event.type]
        return handler === undefined ? state : handler(state, event, emit)
      },
    }
  }
  const tables: Record<string, Table<Transition<State, Event, Output>>> = Object.create(null) as never
  for (const [name, table] of ownEntries(label, 'states', states)) tables[name] = compile(name, `states.${name}`, table)
  return {
    graph,
    transition: (state, event, emit) => {
      const handler = tables[nameOf(state) as string]?.[event.type] ?? anywhere[event.type]
      return handler === undefined ? state : handler(state, event, emit)
    },
  }
}

function ownEntries(label: string, place: string, table: unknown): [string, unknown][] {
  if (typeof table !== 'object' || table === null) {
    throw new TypeError(`${label}: ${place} is ${quote(table)}; it must be an object of handlers`)
  }
  return Object.entries(table)
}

function targetsOf(entry: unknown): readonly string[] | undefined {
  if (typeof entry === 'string') return Object.freeze([entry])
  return typeof entry === 'function'
    ? (entry as Partial<DeclaredHandler<never, never, never, never>>).targets
    : undefined
}

function checkTarget(label: string, place: string, target: string, names: ReadonlySet<string> | undefined): void {
  if (names === undefined || names.has(target)) return
  throw new RangeError(
    `${label}: ${place} leads to ${quote(target)}, which is not a state: add it to states, or use one of ${[...names].join(', ')}`,
  )
}

function compileEntry<State, Event, Output>(
  label: string,
  place: string,
  entry: unknown,
  targets: readonly string[] | undefined,
  names: ReadonlySet<string> | undefined,
): Transition<State, Event, Output> {
  if (typeof entry === 'string') {
    const target = Object.freeze({ at: entry }) as State
    return () => target
  }
  if (typeof entry !== 'function') {
    throw new TypeError(
      `${label}: ${place} is ${quote(entry)}; it must be a handler, or the name of a state without data`,
    )
  }
  const handler = entry as Transition<State, Event, Output>
  if (targets === undefined && names === undefined) return handler
  const allowed = targets === undefined ? (names as ReadonlySet<string>) : new Set(targets)
  return (state, event, emit) => {
    const next = handler(state, event, emit)
    if (next !== state || targets !== undefined) checkArrival(place, next, allowed, targets !== undefined)
    return next
  }
}

function checkArrival(place: string, next: unknown, allowed: ReadonlySet<string>, declared: boolean): void {
  const name = nameOf(next)
  // What is not a state at all is refused as what it is, when it is frozen.
  if (typeof next !== 'object' || next === null || (name !== undefined && allowed.has(name))) return
  throw new WrongTarget(
    `${place} went to ${name === undefined ? 'a state without at' : quote(name)}; ` +
      (declared ? `it declares to([${[...allowed].map(quote).join(', ')}])` : `states has ${[...allowed].join(', ')}`),
  )
}

/** The name of a state, where it has one. */
export function nameOf(state: unknown): string | undefined {
  const at: unknown = (state as { readonly at?: unknown } | null | undefined)?.at
  return typeof at === 'string' ? at : undefined
}
