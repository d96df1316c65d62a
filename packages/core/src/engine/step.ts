// The second step of a batch, and the pure core: (state, batch) → the next state and its outputs, or why not. Reads no
// clock, no randomness, no stream.

import { isA } from '../data/describe-value.ts'
import { NotPlain } from '../data/not-plain.ts'
import { freezePlain, freezeState } from '../data/plain-data.ts'
import type { AnyMachine, RunEvent } from '../machine/machine.ts'
import { refusedIn } from '../machine/refuse.ts'
import type { Batch } from './log.ts'
import { failure, Refusal, refusalBy } from './refusal.ts'

/** The result of a batch on a state. */
export interface Step {
  readonly state: unknown
  /** Undefined if there are none. */
  readonly outputs: readonly unknown[] | undefined
  readonly done: boolean
}

/** What is under way in a step, or while the initial state is made. */
export class Progress {
  /** Which event, from 0; undefined in the genesis. */
  index: number | undefined = 0
  /** What is running, for the refusal if it throws. Everything but `isDone` may emit and refuse. */
  running: 'initial' | 'its handler' | 'isDone' = 'its handler'
  outputs: unknown[] | undefined
  /** Why an output was refused. */
  badOutput: NotPlain | undefined
}

/** Applies a batch to a state that is not final: all of it, or nothing. */
export function step(machine: AnyMachine, before: unknown, batch: Batch): Step | Refusal {
  const events: readonly RunEvent[] | undefined = Array.isArray(batch) ? batch : undefined
  const length = events === undefined ? 1 : events.length
  const progress = new Progress()
  let state = before
  let done = false
  try {
    for (let index = 0; index < length; index++) {
      if (done) {
        return new Refusal('RUN_DONE', 'it follows the event that completed the run: write it to another', index)
      }
      progress.index = index
      progress.running = 'its handler'
      const event = events === undefined ? (batch as RunEvent) : (events[index] as RunEvent)
      const next = machine.transition(state, event, emitFor(progress, index))
      progress.running = 'isDone'
      if (progress.badOutput !== undefined) throw progress.badOutput
      if (next !== state) freezeState(next, state)
      state = next
      done = machine.isDone(state)
    }
    return { state, outputs: progress.outputs, done }
  } catch (thrown) {
    return refusalOf(thrown, progress)
  } finally {
    // From here on nothing may be emitted.
    progress.running = 'isDone'
  }
}

/** The `emit` of one handler. Each gets its own, which knows whether that handler has returned. */
export function emitFor(progress: Progress, index?: number): (output: unknown) => void {
  return (output) => {
    if (progress.index !== index || progress.running === 'isDone') {
      throw new Error('emit was called after its handler returned; handlers emit while they run')
    }
    try {
      freezePlain(output, 'output')
    } catch (problem) {
      progress.badOutput = problem as NotPlain
      throw new Error(progress.badOutput.message)
    }
    if (progress.outputs === undefined) progress.outputs = [output]
    else progress.outputs.push(output)
  }
}

/** The refusal of what is under way, in which something was thrown. */
export function refusalOf(thrown: unknown, { running, index, badOutput }: Progress): Refusal {
  // The handler may have caught what its `emit` threw.
  if (badOutput !== undefined) return new Refusal('INVALID_OUTPUT', badOutput.message, index)
  if (isA(thrown, NotPlain)) return new Refusal('INVALID_STATE', thrown.message, index)
  const refused = running === 'isDone' ? undefined : refusedIn(thrown)
  return refused === undefined ? failure(running, thrown, index) : refusalBy(refused, index)
}
