// The pure core: (state, batch) → the next state and its outputs, or why not. Reads no clock, no randomness, no stream.

import type { Machine, RunEvent } from './machine.ts'
import { describeThrown, isA, NotPlain } from './not-plain.ts'
import { freezePlain, freezeState } from './plain-data.ts'
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
export function step(machine: AnyMachine, before: unknown, batch: Batch): Step | Refusal {
  const events: readonly RunEvent[] | undefined = Array.isArray(batch) ? batch : undefined
  const length = events === undefined ? 1 : events.length
  let state = before
  let done = false
  let outputs: unknown[] | undefined
  /** What an output was refused for, and what is under way: for the refusal, should it throw. */
  let badOutput: NotPlain | undefined
  let underWay: 'its handler' | 'state' | 'isDone' = 'its handler'
  let index = 0
  // Each handler gets an `emit` of its own, which knows when that handler has returned.
  const emitFor = (at: number) => (output: unknown) => {
    if (index !== at || underWay !== 'its handler') {
      throw new Error('emit was called after its handler returned; handlers emit while they run')
    }
    try {
      freezePlain(output, 'output')
    } catch (problem) {
      badOutput = problem as NotPlain
      throw new Error(badOutput.message)
    }
    if (outputs === undefined) outputs = [output]
    else outputs.push(output)
  }
  try {
    for (; index < length; index++) {
      if (done)
        return new Refusal(
          'RUN_DONE',
          'it comes behind the event that completes the run; write it to another run',
          index,
        )
      underWay = 'its handler'
      const event = events === undefined ? (batch as RunEvent) : (events[index] as RunEvent)
      const next = machine.transition(state, event, emitFor(index))
      if (badOutput !== undefined) break
      underWay = 'state'
      if (next !== state) freezeState(next)
      state = next
      underWay = 'isDone'
      done = machine.isDone(state)
    }
    if (badOutput === undefined) return { state, outputs, done }
  } catch (thrown) {
    if (badOutput === undefined) return refusalOf(thrown, underWay, index)
  } finally {
    underWay = 'isDone'
  }
  return new Refusal('INVALID_OUTPUT', badOutput.message, index)
}

function refusalOf(thrown: unknown, underWay: string, index: number): Refusal {
  if (isA(thrown, WrongTarget) || isA(thrown, NotPlain)) {
    return new Refusal('INVALID_STATE', thrown.message, index)
  }
  return new Refusal('TRANSITION_FAILED', `${underWay} threw ${describeThrown(thrown)}`, index, thrown)
}
