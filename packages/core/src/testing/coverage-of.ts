// Which states and arrows of a machine some runs have gone through.

import { Refusal } from '../engine/refusal.ts'
import { step } from '../engine/step.ts'
import { replaySteps } from '../history/replay-steps.ts'
import type { ObjectFormat } from '../identity/object-format.ts'
import { type AnyMachine, checkMachine, type Machine, nameOf, type RunEvent } from '../machine/machine.ts'
import type { History } from '../run/restore-run.ts'
import type { AnyRun } from '../run/run.ts'
import { arrowOf } from './handled.ts'

/** A state, and how often it was come to: at the beginning of a run, or by an event. */
export interface CoveredState {
  readonly name: string
  readonly times: number
}

/** An arrow, and how often it was taken. */
export interface CoveredArrow {
  /** The state that it leaves; undefined if the machine has no states with names. */
  readonly from: string | undefined
  readonly event: string
  /** The state that it leads to; undefined if the handler does not declare where it goes. */
  readonly to: string | undefined
  readonly times: number
}

/** What runs have gone through. */
export interface Coverage {
  readonly states: readonly CoveredState[]
  readonly arrows: readonly CoveredArrow[]
  /** What no run came to, such as `state open` or `closed --OPEN--> open`. */
  readonly missing: readonly string[]
}

/**
 * Counts which states and arrows of a machine some runs have gone through: tells what tests, or people, never did.
 *
 * @param machine made by `defineMachine`, with `states`
 * @param runs runs of the machine, or their histories
 * @param options the object format of the histories, if it is not SHA-1
 * @returns each state and arrow that the definition has, with how often runs came to it
 * @throws {TypeError} if an argument has the wrong type
 * @throws {RunError} if a history is malformed or does not replay
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { coverageOf } from '@xmachines/core/testing'
 *
 * const gate = defineMachine<{ at: 'shut' } | { at: 'open' }, { type: 'PUSH' } | { type: 'PULL' }>({
 *   name: 'gate',
 *   version: '1',
 *   initial: { at: 'shut' },
 *   states: { shut: { PUSH: 'open' }, open: { PULL: 'shut' } },
 * })
 * const run = createRun(gate)
 * run.in.send({ type: 'PUSH' })
 * console.log(coverageOf(gate, [run]).missing.join(', ')) // open --PULL--> shut
 * ```
 */
export function coverageOf<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  runs: Iterable<Pick<AnyRun, 'toJSON'> | History>,
  { format }: { readonly format?: ObjectFormat } = {},
): Coverage {
  checkMachine(machine)
  // The interface of a machine is the same whatever its types are.
  const any = machine as unknown as AnyMachine
  const states = new Map(machine.graph.states.map((name) => [name, 0]))
  const arrows = new Map(arrowsOf(any).map((arrow) => [nameOfArrow(arrow), { ...arrow, times: 0 }]))

  function come(state: unknown): void {
    const name = nameOf(state)
    if (name !== undefined) states.set(name, (states.get(name) ?? 0) + 1)
  }

  function take(from: unknown, event: RunEvent, to: unknown): void {
    come(to)
    const arrow = arrowOf(any, from, event)
    if (arrow === undefined) return
    const target = arrow.targets === undefined ? undefined : nameOf(to)
    const taken = arrows.get(nameOfArrow({ from: nameOf(from), event: event.type, to: target }))
    if (taken !== undefined) taken.times++
  }

  for (const given of runs) {
    const history = 'toJSON' in given ? given.toJSON() : given
    let before: unknown
    for (const { sequence, events, state } of replaySteps([any], history, {
      verify: false,
      format,
      checkDeterminism: false,
    })) {
      if (sequence === 0) come(state)
      for (const [at, event] of events.entries()) {
        // Inside of a batch the states between its events are not part of the history.
        const stepped = at === events.length - 1 ? { state } : step(any, before, event)
        if (stepped instanceof Refusal) break
        take(before, event, stepped.state)
        before = stepped.state
      }
      before = state
    }
  }
  const missing = [
    ...[...states].filter(([, times]) => times === 0).map(([name]) => `state ${name}`),
    ...[...arrows].filter(([, { times }]) => times === 0).map(([name]) => name),
  ]
  return { states: [...states].map(([name, times]) => ({ name, times })), arrows: [...arrows.values()], missing }
}

type Arrow = Omit<CoveredArrow, 'times'>

/** The arrows of a machine, one for each state that they leave and lead to. */
function arrowsOf({ graph: { states, final, arrows } }: AnyMachine): Arrow[] {
  return arrows.flatMap(({ from, event, targets }) => {
    const isTaken = (state: string): boolean =>
      !final.includes(state) && !arrows.some((other) => other.from === state && other.event === event)
    const sources = from === undefined && states.length > 0 ? states.filter(isTaken) : [from]
    return sources.flatMap((source) => (targets ?? [undefined]).map((to) => ({ from: source, event, to })))
  })
}

function nameOfArrow({ from = '*', event, to = '?' }: Arrow): string {
  return `${from} --${event}--> ${to}`
}
