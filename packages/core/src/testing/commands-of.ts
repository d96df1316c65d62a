// Events as commands for a model-based test: whatever is tested is driven by random events and held against the machine.
// The commands have the shape that fast-check takes. fast-check itself is the caller's.

import { checkMachine, type Machine, type RunEvent } from '../machine/machine.ts'
import type { RunError } from '../machine/run-error.ts'
import type { Run } from '../run/run.ts'
import { handles } from './handled.ts'

/** How events become commands. `Real` is what is tested, such as a page. */
export interface EventCommands<State, Event extends RunEvent, Output, Input, Real> {
  /** Does to what is tested what a user does to cause the event. `state` is that of the machine before it. */
  readonly send: (event: Event, real: Real, state: State) => unknown
  /**
   * Compares what is tested with the machine, and throws if they differ.
   * @param model a run of the machine, after the event
   * @param refusal why the machine refused the event, if it did
   */
  readonly check: (model: Run<State, Event, Output, Input>, real: Real, refusal: RunError | undefined) => unknown
  /** Whether a user can cause the event in this state: if the machine handles it there, unless given. */
  readonly can?: (event: Event, state: State) => boolean
}

/** An event as an asynchronous command of fast-check. Its model is a run of the machine. */
export interface EventCommand<Model, Real> {
  check(model: Readonly<Model>): boolean
  run(model: Model, real: Real): Promise<void>
  toString(): string
}

/**
 * Makes commands of events, for a model-based test with fast-check: random events drive what is tested, and after each of
 * them it is held against a run of the machine. If they differ, fast-check looks for the fewest events that show it.
 *
 * @param machine made by `defineMachine`
 * @param commands how an event is caused, and how the two are compared
 * @returns a function from an event to a command: map arbitrary events with it, and give them to `fc.commands`
 * @throws {TypeError} if it is not a machine
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { commandsOf } from '@xmachines/core/testing'
 * import fc from 'fast-check'
 *
 * const lamp = defineMachine<{ at: 'off' } | { at: 'on' }, { type: 'PRESS' }>({
 *   name: 'lamp',
 *   version: '1',
 *   initial: { at: 'off' },
 *   states: { off: { PRESS: 'on' }, on: { PRESS: 'off' } },
 * })
 * const page = () => ({ lit: false, click() { this.lit = !this.lit } })
 * const command = commandsOf(lamp, {
 *   send: (_event, real: ReturnType<typeof page>) => real.click(),
 *   check: ({ state }, real) => {
 *     if (real.lit !== (state.at === 'on')) throw new Error(`the lamp is ${state.at}`)
 *   },
 * })
 * const events = fc.constant({ type: 'PRESS' } as const)
 * await fc.assert(
 *   fc.asyncProperty(fc.commands([events.map(command)]), (commands) =>
 *     fc.asyncModelRun(() => ({ model: createRun(lamp), real: page() }), commands),
 *   ),
 * )
 * console.log('held') // held
 * ```
 */
export function commandsOf<State, Event extends RunEvent, Output, Input, Real>(
  machine: Machine<State, Event, Output, Input>,
  { send, check, can }: EventCommands<State, Event, Output, Input, Real>,
): (event: Event) => EventCommand<Run<State, Event, Output, Input>, Real> {
  checkMachine(machine)
  const isPossible = can ?? ((event, state) => handles(machine, state, event))
  return (event) => ({
    check: ({ snapshot: { current } }) => current.status === 'active' && isPossible(event, current.state),
    async run(model, real) {
      const { state } = model
      const refusal = model.in.send(event)
      await send(event, real, state)
      await check(model, real, refusal)
    },
    toString: () => JSON.stringify(event),
  })
}
