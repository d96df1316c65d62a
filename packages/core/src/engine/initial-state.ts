// The initial state of a run and the outputs of its genesis: asked of the machine, and checked as any others are.
// Development asks twice.

import { isA } from '../data/describe-value.ts'
import { inCanonicalOrder } from '../data/development.ts'
import { firstDifference } from '../data/difference.ts'
import { hasMode } from '../data/mode.ts'
import { freezePlain } from '../data/plain-data.ts'
import { type AnyMachine, labelOf } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import { outcomeOf, ruleDifference } from './determinism.ts'
import { inTwoTimes } from './other-clocks.ts'
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
      ? beginTwice(machine, input)
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

function beginTwice(machine: AnyMachine, input: unknown): Step | Refusal {
  const [first, second] = inTwoTimes(
    () => begin(machine, input),
    () => begin(machine, inCanonicalOrder(input)),
    true,
  )
  const where = differenceOf(first, second)
  if (where === undefined) return first
  return new Refusal(
    'NONDETERMINISTIC',
    `${where} had two values from the same input; let the input carry times, random numbers and ids`,
  )
}

function differenceOf(first: Step | Refusal, second: Step | Refusal): string | undefined {
  if (first instanceof Refusal || second instanceof Refusal) {
    return outcomeOf(first) === outcomeOf(second) ? ruleDifference(first, second) : 'initial'
  }
  return (
    firstDifference(first.state, second.state, 'initial state') ??
    firstDifference(first.outputs ?? [], second.outputs ?? [], 'initial outputs') ??
    (first.done === second.done ? undefined : 'whether the run is done')
  )
}
