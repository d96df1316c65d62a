// The initial state of a run: asked of the machine, checked as any state is, and asked twice where determinism is
// checked.

import { inCanonicalOrder } from './canonical-json.ts'
import { firstDifference } from './determinism.ts'
import { describeThrown, isA, NotPlain } from './not-plain.ts'
import { freezePlain } from './plain-data.ts'
import { mustBe } from './quote.ts'
import { RunError } from './run-error.ts'
import type { AnyMachine } from './step.ts'
import { nameOf } from './transition.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The state that a run with this input begins with, and whether it is final. */
export function initialState(
  machine: AnyMachine,
  input: unknown,
  checkDeterminism: boolean,
): { readonly state: unknown; readonly done: boolean } {
  const label = `${machine.name}@${machine.version}`
  try {
    const state = machine.initial(input)
    freezePlain(state, 'initial state')
    const { states } = machine.graph
    if (states.length > 0 && !states.includes(nameOf(state) as string)) {
      throw new NotPlain(mustBe('initial state.at', nameOf(state), `one of the states ${states.join(', ')}`))
    }
    if (checkDeterminism && process.env.NODE_ENV !== 'production') {
      const again = machine.initial(inCanonicalOrder(input))
      freezePlain(again, 'initial state')
      const where = firstDifference(state, again, 'initial state')
      if (where !== undefined) {
        throw new RunError(
          'NONDETERMINISTIC',
          `${label}: ${where} came out in two ways from the same input; let the input carry times, random numbers and ids`,
        )
      }
    }
    return { state, done: machine.isDone(state) }
  } catch (thrown) {
    if (isA(thrown, RunError)) throw thrown
    if (isA(thrown, NotPlain)) throw new RunError('INVALID_STATE', `${label}: ${thrown.message}`)
    throw new RunError('TRANSITION_FAILED', `${label} cannot begin: ${describeThrown(thrown)}`, { cause: thrown })
  }
}
