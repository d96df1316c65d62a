// The initial state of a run: asked of the machine, and checked as any state is. Development asks twice.

import { isA, wrongValue } from '../data/describe-value.ts'
import { inCanonicalOrder } from '../data/development.ts'
import { firstDifference } from '../data/difference.ts'
import { NotPlain } from '../data/not-plain.ts'
import { freezePlain } from '../data/plain-data.ts'
import { type AnyMachine, labelOf, nameOf } from '../machine/machine.ts'
import { RunError } from '../machine/run-error.ts'
import { describeFailure } from './describe-failure.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The state that a run with this input begins with, and whether it is final. */
export function initialState(
  machine: AnyMachine,
  input: unknown,
  { checkDeterminism }: { readonly checkDeterminism: boolean },
): { readonly state: unknown; readonly done: boolean } {
  const label = labelOf(machine)
  try {
    const state = machine.initial(input)
    freezePlain(state, 'initial state')
    const { states } = machine.graph
    if (states.length > 0 && !states.includes(nameOf(state) as string)) {
      throw new NotPlain(wrongValue('initial state.at', nameOf(state), `one of the states ${states.join(', ')}`))
    }
    if (checkDeterminism && process.env.NODE_ENV !== 'production') checkAgain(machine, input, state)
    return { state, done: machine.isDone(state) }
  } catch (thrown) {
    if (isA(thrown, RunError)) throw thrown
    if (isA(thrown, NotPlain)) throw new RunError('INVALID_STATE', `${label}: ${thrown.message}`)
    throw new RunError('TRANSITION_FAILED', `${label} cannot begin: ${describeFailure(thrown)}`, { cause: thrown })
  }
}

function checkAgain(machine: AnyMachine, input: unknown, state: unknown): void {
  const again = machine.initial(inCanonicalOrder(input))
  freezePlain(again, 'initial state')
  const where = firstDifference(state, again, 'initial state')
  if (where === undefined) return
  throw new RunError(
    'NONDETERMINISTIC',
    `${labelOf(machine)}: ${where} had two values from the same input; let the input carry times, random numbers and ids`,
  )
}
