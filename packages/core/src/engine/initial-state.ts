// The initial state of a run and the outputs of its genesis: asked of the machine, and checked as any others are.
// Development asks twice.

import { describeThrown, isA } from '../data/describe-value.ts'
import { inCanonicalOrder } from '../data/development.ts'
import { firstDifference } from '../data/difference.ts'
import { hasMode } from '../data/mode.ts'
import { NotPlain } from '../data/not-plain.ts'
import { freezePlain } from '../data/plain-data.ts'
import { type AnyMachine, labelOf } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import { emitFor, Progress } from './step.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What a run begins with. */
interface Beginning {
  readonly state: unknown
  /** Undefined if there are none. */
  readonly outputs: readonly unknown[] | undefined
}

/** The state that a run with this input begins with, the outputs of its genesis, and whether the state is final. */
export function initialState(
  machine: AnyMachine,
  input: unknown,
  { checkDeterminism }: { readonly checkDeterminism: boolean },
): Beginning & { readonly done: boolean } {
  const label = labelOf(machine)
  try {
    const beginning = begin(machine, input)
    const { state } = beginning
    if (checkDeterminism && (hasMode ? process.env.NODE_ENV !== 'production' : false))
      checkAgain(machine, input, beginning)
    return { ...beginning, done: machine.isDone(state) }
  } catch (thrown) {
    if (isA(thrown, RunError)) throw thrown
    if (isA(thrown, NotPlain)) throw new RunError('INVALID_STATE', `${label}: ${thrown.message}`)
    throw new RunError('TRANSITION_FAILED', `${label} cannot begin: ${describeThrown(thrown)}`, { cause: thrown })
  }
}

function begin(machine: AnyMachine, input: unknown): Beginning {
  const progress = new Progress()
  let state: unknown
  try {
    state = machine.initial(input, emitFor(progress, 0))
  } catch (thrown) {
    if (progress.badOutput === undefined) throw thrown
  } finally {
    // From here on nothing may be emitted.
    progress.running = 'isDone'
  }
  const { badOutput, outputs } = progress
  if (badOutput !== undefined) throw new RunError('INVALID_OUTPUT', `${labelOf(machine)}: ${badOutput.message}`)
  freezePlain(state, 'initial state')
  return { state, outputs }
}

function checkAgain(machine: AnyMachine, input: unknown, { state, outputs }: Beginning): void {
  const again = begin(machine, inCanonicalOrder(input))
  const where =
    firstDifference(state, again.state, 'initial state') ??
    firstDifference(outputs ?? [], again.outputs ?? [], 'initial outputs')
  if (where === undefined) return
  throw new RunError(
    'NONDETERMINISTIC',
    `${labelOf(machine)}: ${where} had two values from the same input; let the input carry times, random numbers and ids`,
  )
}
