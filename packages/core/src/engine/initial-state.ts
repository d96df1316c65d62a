// The initial state of a run and the outputs of its genesis: asked of the machine, and checked as any others are.
// Development asks twice.

import { isA } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { freezePlain } from '../data/plain-data.ts'
import { type AnyMachine, labelOf } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import { beginTwice } from './determinism.ts'
import { Refusal } from './refusal.ts'
import { emitFor, Progress, refusalOf, type Step } from './step.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * The state that a run with this input begins with, the outputs of its genesis, and whether the state is final.
 * @throws {RunError} if the machine refuses the input, or cannot begin
 */
export function initialState(
  machine: AnyMachine,
  input: unknown,
  { checkDeterminism }: { readonly checkDeterminism: boolean },
): Step {
  const begun =
    checkDeterminism && (hasMode ? process.env.NODE_ENV !== 'production' : false)
      ? beginTwice(begin, machine, input)
      : begin(machine, input)
  if (!(begun instanceof Refusal)) return begun
  throw new RunError(begun.code, `${labelOf(machine)} cannot begin: ${begun.message}`, begun.more)
}

function begin(machine: AnyMachine, input: unknown): Step | Refusal {
  const progress = new Progress()
  progress.index = undefined
  progress.running = 'initial'
  try {
    const state = machine.initial(input, emitFor(progress))
    progress.running = 'isDone'
    if (progress.badOutput !== undefined) throw progress.badOutput
    freezePlain(state, 'initial state')
    return { state, outputs: progress.outputs, done: machine.isDone(state) }
  } catch (thrown) {
    if (isA(thrown, RunError)) throw thrown
    return refusalOf(thrown, progress)
  } finally {
    // From here on nothing may be emitted.
    progress.running = 'isDone'
  }
}
