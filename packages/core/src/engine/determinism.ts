// Development begins each run and steps each batch a second time, and finds where the two results differ. The second time has
// other clocks, and state and events in canonical form. The order of members, members that are undefined and the sign of 0 have
// no meaning and no oid can tell them, so no result may depend on them.

import { inCanonicalOrder } from '../data/development.ts'
import { firstDifference } from '../data/difference.ts'
import type { AnyMachine, RunEvent } from '../machine/machine.ts'
import type { Batch } from './log.ts'
import { inTwoTimes } from './other-clocks.ts'
import { Refusal } from './refusal.ts'
import { type Step, step } from './step.ts'

/**
 * Steps a batch twice.
 * @param onSecond called between the two steps
 * @returns the result of the first step, or why the two differ
 */
export function stepTwice(machine: AnyMachine, state: unknown, batch: Batch, onSecond?: () => void): Step | Refusal {
  const [first, second] = inTwoTimes(
    () => step(machine, state, batch),
    () => {
      onSecond?.()
      return step(machine, inCanonicalOrder(state), inCanonicalOrder(batch) as Batch)
    },
    hasNewType(machine, batch),
  )
  return differenceOf(first, second) ?? first
}

/**
 * Begins twice.
 * @param begin asks the machine for the initial state
 * @returns the first result, or why the two differ
 */
export function beginTwice(
  begin: (machine: AnyMachine, input: unknown) => Step | Refusal,
  machine: AnyMachine,
  input: unknown,
): Step | Refusal {
  const [first, second] = inTwoTimes(
    () => begin(machine, input),
    () => begin(machine, inCanonicalOrder(input)),
    true,
  )
  const where = differenceOfBeginnings(first, second)
  if (where === undefined) return first
  return new Refusal(
    'NONDETERMINISTIC',
    `${where} had two values from the same input; let the input carry times, random numbers and ids`,
  )
}

/** The types of events that were checked, by machine. */
const checked = new WeakMap<AnyMachine, Set<string>>()

/** Whether a batch has an event of a type that was not checked before. */
function hasNewType(machine: AnyMachine, batch: Batch): boolean {
  let types = checked.get(machine)
  if (types === undefined) checked.set(machine, (types = new Set()))
  const { size } = types
  // Types from outside may be without end.
  if (size > 1000) return false
  if (Array.isArray(batch)) for (const { type } of batch as readonly RunEvent[]) types.add(type)
  else types.add((batch as RunEvent).type)
  return types.size > size
}

function differenceOf(first: Step | Refusal, second: Step | Refusal): Refusal | undefined {
  if (first instanceof Refusal || second instanceof Refusal) {
    const [once, again] = [outcomeOf(first), outcomeOf(second)]
    const index = indexOf(first) ?? indexOf(second)
    if (once !== again) return nondeterministic('the event', once, again, index)
    const where = ruleDifference(first, second)
    return where === undefined ? undefined : nondeterministic(where, undefined, undefined, index)
  }
  const where =
    // In canonical order what did not change is the same object in both.
    firstDifference(inCanonicalOrder(first.state), inCanonicalOrder(second.state), 'state') ??
    firstDifference(first.outputs ?? [], second.outputs ?? [], 'outputs') ??
    (first.done === second.done ? undefined : 'whether the run is done')
  return where === undefined ? undefined : nondeterministic(where)
}

function differenceOfBeginnings(first: Step | Refusal, second: Step | Refusal): string | undefined {
  if (first instanceof Refusal || second instanceof Refusal) {
    return outcomeOf(first) === outcomeOf(second) ? ruleDifference(first, second) : 'initial'
  }
  return (
    firstDifference(first.state, second.state, 'initial state') ??
    firstDifference(first.outputs ?? [], second.outputs ?? [], 'initial outputs') ??
    (first.done === second.done ? undefined : 'whether the run is done')
  )
}

/** Where the reasons and details of two refusals differ. */
function ruleDifference(first: unknown, second: unknown): string | undefined {
  return firstDifference(ruleOf(first), ruleOf(second), 'refusal')
}

/** The result of a step, without its values. */
function outcomeOf(result: unknown): string {
  if (!(result instanceof Refusal)) return 'a state'
  const { index, code } = result
  return `a refusal${index === undefined ? '' : ` of event ${index}`} (${code})`
}

function indexOf(result: unknown): number | undefined {
  return result instanceof Refusal ? result.index : undefined
}

function ruleOf(result: unknown): unknown {
  const { reason, details } = (result as Refusal).more
  return { reason, details }
}

function nondeterministic(where: string, once = 'one value', again = 'another', index?: number): Refusal {
  return new Refusal(
    'NONDETERMINISTIC',
    `${where} had two results from the same state and events: first ${once}, then ${again}; ` +
      'let events carry times, random numbers and ids, and do not depend on the order of members, on members that are ' +
      'undefined or on −0',
    index,
  )
}
