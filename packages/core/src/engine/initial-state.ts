// The initial state of a run: asked of the machine, and checked as any state is. Development asks twice.

import { isA, wrongValue } from '../data/describe-value.ts'
import { inCanonicalOrder } from '../data/development.ts'
import { firstDifference } from '../data/difference.ts'
import { hasMode } from '../data/mode.ts'
import { NotPlain } from '../data/not-plain.ts'
import { freezePlain } from '../data/plain-data.ts'
import { type AnyMachine, labelOf, nameOf } from '../machine/machine.ts'
import { refusedIn } from '../machine/refuse.ts'
import { RunError } from '../machine/run-error.ts'
import { outcomeOf, ruleDifference } from './determinism.ts'
import { inTwoTimes } from './other-clocks.ts'
import { failure, Refusal, refusalBy } from './refusal.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** How a run begins. */
interface Beginning {
  readonly state: unknown
  /** Whether the state is final. */
  readonly done: boolean
}

/**
 * The state that a run with this input begins with, and whether it is final.
 * @throws {RunError} if the machine refuses the input, or cannot begin
 */
export function initialState(
  machine: AnyMachine,
  input: unknown,
  { checkDeterminism }: { readonly checkDeterminism: boolean },
): Beginning {
  const begun =
    checkDeterminism && (hasMode ? process.env.NODE_ENV !== 'production' : false)
      ? beginTwice(machine, input)
      : begin(machine, input)
  if (!(begun instanceof Refusal)) return begun
  throw new RunError(begun.code, `${labelOf(machine)} cannot begin: ${begun.message}`, begun.more)
}

function begin(machine: AnyMachine, input: unknown): Beginning | Refusal {
  let running = 'initial'
  try {
    const state = machine.initial(input)
    freezePlain(state, 'initial state')
    const { states } = machine.graph
    if (states.length > 0 && !states.includes(nameOf(state) as string)) {
      throw new NotPlain(wrongValue('initial state.at', nameOf(state), `one of the states ${states.join(', ')}`))
    }
    running = 'isDone'
    return { state, done: machine.isDone(state) }
  } catch (thrown) {
    if (isA(thrown, RunError)) throw thrown
    if (isA(thrown, NotPlain)) return new Refusal('INVALID_STATE', thrown.message)
    const refused = running === 'initial' ? refusedIn(thrown) : undefined
    return refused === undefined ? failure(running, thrown) : refusalBy(refused)
  }
}

function beginTwice(machine: AnyMachine, input: unknown): Beginning | Refusal {
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

function differenceOf(first: Beginning | Refusal, second: Beginning | Refusal): string | undefined {
  if (first instanceof Refusal || second instanceof Refusal) {
    return outcomeOf(first) === outcomeOf(second) ? ruleDifference(first, second) : 'initial'
  }
  const where = firstDifference(first.state, second.state, 'initial state')
  return where ?? (first.done === second.done ? undefined : 'whether the run is done')
}
