// Development steps each batch a second time, from the same state in canonical form, and finds where the two results differ.
// The order of members, members that are undefined and the sign of 0 have no meaning and no oid can tell them, so no result
// may depend on them.

import { inCanonicalOrder } from '../data/development.ts'
import { firstDifference } from '../data/difference.ts'
import type { AnyMachine } from '../machine/machine.ts'
import type { Batch } from './log.ts'
import { Refusal } from './refusal.ts'
import { type Step, step } from './step.ts'

/** The refusal of a batch that has two different results, or undefined. */
export function checkDeterminism(
  machine: AnyMachine,
  state: unknown,
  batch: Batch,
  first: Step | Refusal,
): Refusal | undefined {
  const second = step(machine, inCanonicalOrder(state), inCanonicalOrder(batch) as Batch)
  if (first instanceof Refusal || second instanceof Refusal) {
    const [once, again] = [outcomeOf(first), outcomeOf(second)]
    return once === again ? undefined : nondeterministic('the event', once, again, indexOf(first) ?? indexOf(second))
  }
  const where =
    // In canonical order what did not change is the same object in both.
    firstDifference(inCanonicalOrder(first.state), inCanonicalOrder(second.state), 'state') ??
    firstDifference(first.outputs ?? [], second.outputs ?? [], 'outputs') ??
    (first.done === second.done ? undefined : 'whether the run is done')
  return where === undefined ? undefined : nondeterministic(where, 'one value', 'another', undefined)
}

function outcomeOf(result: Step | Refusal): string {
  return result instanceof Refusal ? `a refusal of event ${String(result.index)} (${result.code})` : 'a state'
}

function indexOf(result: Step | Refusal): number | undefined {
  return result instanceof Refusal ? result.index : undefined
}

function nondeterministic(where: string, once: string, again: string, index: number | undefined): Refusal {
  return new Refusal(
    'NONDETERMINISTIC',
    `${where} had two results from the same state and events: first ${once}, then ${again}; ` +
      'let events carry times, random numbers and ids, and do not depend on the order of members, on members that are ' +
      'undefined or on −0',
    index,
  )
}
