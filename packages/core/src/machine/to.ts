// Handlers that declare the states that they can lead to.

import { wrongValue } from '../data/describe-value.ts'
import type { Handler } from './machine.ts'

/** A handler that declares where it can lead: what `to` returns. */
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
 * Declares the states that a handler can lead to, so that `toMermaid` can draw them. If the handler goes to another state,
 * the batch is refused.
 *
 * @param targets the names of the states, at least one
 * @param handler as in a table without `to`
 * @returns the handler with its targets
 * @throws {TypeError} if `targets` is not an array of names, or the handler not a function
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
    throw new TypeError(wrongValue('to: targets', targets, 'an array of at least one state name'))
  }
  if (typeof handler !== 'function') throw new TypeError(wrongValue('to: handler', handler, 'a function'))
  // A function of its own, so that one handler can be declared twice with other targets.
  const declared: Handler<From, Event, Output, Next> = (state, event, emit) => handler(state, event, emit)
  return Object.freeze(Object.assign(declared, { targets: Object.freeze([...targets]) }))
}
