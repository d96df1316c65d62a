// The pure core: (state, batch) → the next state and its outputs, or why not. Reads no clock, no randomness, no stream.

import type { Machine, RunEvent } from './machine.ts'
import { describeThrown, freezePlain, NotPlain } from './plain-data.ts'
import type { RunErrorCode } from './run-error.ts'
import { WrongTarget } from './transition.ts'

/** A machine as the engine holds it, whatever its types are. */
export type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** One event, or several that are applied together; frozen, and of several at least two. */
export type Batch = RunEvent | readonly RunEvent[]

/** What a batch made of a state. */
export interface Step {
  readonly state: unknown
  /** Undefined where there are none. */
  readonly outputs: readonly unknown[] | undefined
  readonly done: boolean
}

/** Why a batch is not applied. */
export class Refusal {
  readonly code: RunErrorCode
  readonly message: string
  readonly index: number | undefined
  readonly cause: unknown
  constructor(code: RunErrorCode, message: string, index?: number, cause?: unknown) {
    this.code = code
    this.message = message
    this.index = index
    this.cause = cause
  }
}

/** Applies a batch to a state that is not final: all of it, or nothing. */
export function step(machine: AnyMachine, state: unknown, batch: Batch): Step | Refusal {
  if (!Array.isArray(batch)) return stepEvent(machine, state, batch as RunEvent, undefined, 0)
  let next: Step = { state, outputs: undefined, done: false }
  for (let index = 0; index < batch.length; index++) {
    if (next.done) return new Refusal('RUN_DONE', `event ${index} comes after the event that completes the run`, index)
    const stepped = stepEvent(machine, next.state, batch[index] as RunEvent, next.outputs, index)
    if (stepped instanceof Refusal) return stepped
    next = stepped
  }
  return next
}

function stepEvent(
  machine: AnyMachine,
  state: unknown,
  event: RunEvent,
  before: readonly unknown[] | undefined,
  index: number,
): Step | Refusal {
  let outputs = before as unknown[] | undefined
  let handling = true
  let badOutput: NotPlain | undefined
  const emit = (output: unknown): void => {
    if (!handling) throw new Error(`emit was called after its handler returned; handlers emit while they run`)
    try {
      freezePlain(output, 'output')
    } catch (problem) {
      throw (badOutput = problem as NotPlain)
    }
    if (outputs === undefined) outputs = [output]
    else outputs.push(output)
  }
  let asked = 'handling the event'
  try {
    const next = machine.transition(state, event, emit)
    handling = false
    if (badOutput !== undefined) return new Refusal('INVALID_OUTPUT', badOutput.message, index)
    if (next === state) asked = 'isDone'
    else {
      asked = 'state'
      freezePlain(next, 'state')
      asked = 'isDone'
    }
    return { state: next, outputs, done: machine.isDone(next) }
  } catch (thrown) {
    handling = false
    if (badOutput !== undefined) return new Refusal('INVALID_OUTPUT', badOutput.message, index)
    if (asked === 'state' && thrown instanceof NotPlain) return new Refusal('INVALID_STATE', thrown.message, index)
    if (thrown instanceof WrongTarget) return new Refusal('INVALID_STATE', thrown.message, index)
    return new Refusal('TRANSITION_FAILED', `${asked} threw ${describeThrown(thrown)}`, index, thrown)
  }
}
