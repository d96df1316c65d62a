// The second step of a batch, and the pure core: (state, batch) → the next state and its outputs, or why not. Reads no
// clock, no randomness, no stream.

import { describeThrown, isA } from '../data/describe-value.ts'
import { NotPlain } from '../data/not-plain.ts'
import { freezePlain, freezeState } from '../data/plain-data.ts'
import { WrongTarget } from '../machine/handler-tables.ts'
import type { AnyMachine, RunEvent } from '../machine/machine.ts'
import type { Batch } from './log.ts'
import { Refusal } from './refusal.ts'

/** The result of a batch on a state. */
export interface Step {
  readonly state: unknown
  /** Undefined if there are none. */
  readonly outputs: readonly unknown[] | undefined
  readonly done: boolean
}

/** Applies a batch to a state that is not final: all of it, or nothing. */
export function step(machine: AnyMachine, before: unknown, batch: Batch): Step | Refusal {
  const events: readonly RunEvent[] | undefined = Array.isArray(batch) ? batch : undefined
  const length = events === undefined ? 1 : events.length
  let state = before
  let done = false
  let outputs: unknown[] | undefined
  /** Why an output was refused. */
  let badOutput: NotPlain | undefined
  /** What is running, for the refusal if it throws. */
  let running: 'its handler' | 'state' | 'isDone' = 'its handler'
  let index = 0
  // Each handler gets an `emit` of its own, which knows whether that handler has returned.
  const emitFor = (at: number) => (output: unknown) => {
    if (index !== at || running !== 'its handler') {
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
      if (done) {
        return new Refusal('RUN_DONE', 'it follows the event that completed the run; write it to another run', index)
      }
      running = 'its handler'
      const event = events === undefined ? (batch as RunEvent) : (events[index] as RunEvent)
      const next = machine.transition(state, event, emitFor(index))
      if (badOutput !== undefined) break
      running = 'state'
      if (next !== state) freezeState(next)
      state = next
      running = 'isDone'
      done = machine.isDone(state)
    }
    if (badOutput === undefined) return { state, outputs, done }
  } catch (thrown) {
    if (badOutput === undefined) return refusalOf(thrown, running, index)
  } finally {
    running = 'isDone'
  }
  return new Refusal('INVALID_OUTPUT', badOutput.message, index)
}

function refusalOf(thrown: unknown, running: string, index: number): Refusal {
  if (isA(thrown, WrongTarget) || isA(thrown, NotPlain)) {
    return new Refusal('INVALID_STATE', thrown.message, index)
  }
  return new Refusal('TRANSITION_FAILED', `${running} threw ${describeThrown(thrown)}`, index, thrown)
}
