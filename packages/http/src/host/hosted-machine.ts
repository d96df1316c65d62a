// A machine with what a host does for its runs.

import type { AnyMachine, Machine, OutputHandlers, RunEvent } from '@xmachines/core'
import { isMachine } from '@xmachines/core/internal'

/** What a host does for the runs of a machine. */
export interface HostedOptions<State, Event, Output> {
  /**
   * Handles outputs: under the lease of the run, once they are in the store, from where they have not settled. What a handler
   * returns is written into the run.
   */
  readonly outputs?: OutputHandlers<Output, Event, State>
  /** What lists of runs show of a state: plain data, the less the better. Without it they show no more than its name. */
  readonly summary?: (state: State) => unknown
}

/** A machine that a host serves. */
export interface HostedMachine {
  readonly machine: AnyMachine
  readonly outputs: OutputHandlers<never, never, never> | undefined
  readonly summary: ((state: never) => unknown) | undefined
}

const hostedMachines = new WeakSet<object>()

/**
 * A machine with handlers of its outputs, and with what lists show of its runs, for `openHost`.
 *
 * @param machine the machine
 * @param options the handlers of its outputs, and what lists show
 * @returns what `openHost` takes beside plain machines
 * @throws {TypeError} if it is no machine of this version of core
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { hosted } from '@xmachines/http/server'
 *
 * type OrderEvent = { type: 'PAY' } | { type: 'PAID'; receipt: string }
 *
 * const order = defineMachine<string, OrderEvent, { type: 'charge' }>({
 *   name: 'order',
 *   version: '1',
 *   initial: 'open',
 *   on: {
 *     PAY: (_state, _event, emit) => {
 *       emit({ type: 'charge' })
 *       return 'charging'
 *     },
 *     PAID: (_state, { receipt }) => `paid: ${receipt}`,
 *   },
 * })
 * const served = hosted(order, {
 *   outputs: { charge: async (_output, { key }) => ({ type: 'PAID', receipt: key }) },
 *   summary: (state) => ({ isPaid: state.startsWith('paid') }),
 * })
 * console.log(served.machine === order) // true
 * ```
 */
export function hosted<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  { outputs, summary }: NoInfer<HostedOptions<State, Event, Output>> = {},
): HostedMachine {
  // The functions are given outputs and states of this machine alone, and the machine checks the events that come from outside.
  return plainly(machine, { outputs, summary })
}

function plainly(machine: AnyMachine, { outputs, summary }: Omit<HostedMachine, 'machine'>): HostedMachine {
  if (!isMachine(machine))
    throw new TypeError(
      'openHost takes machines that defineMachine or hosted(machine) made; one of these is something else',
    )
  const served = Object.freeze({ machine, outputs, summary })
  hostedMachines.add(served)
  return served
}

/** What was given for a machine. */
export function hostedOf(given: AnyMachine | HostedMachine): HostedMachine {
  return hostedMachines.has(given)
    ? (given as HostedMachine)
    : plainly(given as AnyMachine, { outputs: undefined, summary: undefined })
}
