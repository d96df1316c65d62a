// Steps a batch a second time, from the same state with every object's members in canonical order, and tells where the
// two answers differ. Member order has no meaning and no oid can tell it, so no answer may depend on it.

import { inCanonicalOrder } from './canonical-json.ts'
import { type AnyMachine, type Batch, Refusal, type Step, step } from './step.ts'

/** The refusal of a batch that the machine answers in two ways, or undefined. */
export function checkDeterminism(
  machine: AnyMachine,
  state: unknown,
  batch: Batch,
  first: Step | Refusal,
): Refusal | undefined {
  const second = step(machine, inCanonicalOrder(state), inCanonicalOrder(batch) as Batch)
  if (first instanceof Refusal || second instanceof Refusal) {
    const once = outcome(first)
    const again = outcome(second)
    return once === again ? undefined : nondeterministic(`the event`, once, again, indexOf(first) ?? indexOf(second))
  }
  const where =
    firstDifference(first.state, second.state, 'state') ??
    firstDifference(first.outputs ?? [], second.outputs ?? [], 'outputs') ??
    (first.done === second.done ? undefined : 'whether the run is done')
  return where === undefined ? undefined : nondeterministic(where, 'one answer', 'another', undefined)
}

/** The path of the first difference between two values of plain data; the order of members is none. */
export function firstDifference(one: unknown, other: unknown, path: string): string | undefined {
  if (one === other) return undefined
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return path
  if (Array.isArray(one) !== Array.isArray(other)) return path
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const inside = Array.isArray(one) ? `${path}[${key}]` : `${path}.${key}`
    const difference = firstDifference(member(one, key), member(other, key), inside)
    if (difference !== undefined) return difference
  }
  return undefined
}

function member(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}

function outcome(result: Step | Refusal): string {
  return result instanceof Refusal ? `a refusal of event ${String(result.index)} (${result.code})` : 'a state'
}

function indexOf(result: Step | Refusal): number | undefined {
  return result instanceof Refusal ? result.index : undefined
}

function nondeterministic(where: string, once: string, again: string, index: number | undefined): Refusal {
  return new Refusal(
    'NONDETERMINISTIC',
    `${where} came out in two ways from the same state and events: ${once}, then ${again}; ` +
      'let events carry times, random numbers and ids, and do not depend on the order of members',
    index,
  )
}
