// Refusing by rule: what a machine throws to refuse a batch. It is known by a registered symbol, so that a handler may use
// another copy of core than the engine.

import { wrongValue } from '../data/describe-value.ts'
import { copyArgument } from '../data/plain-data.ts'

const refusedKey: unique symbol = Symbol.for('@xmachines/core/refused') as never

/** What a machine throws to refuse a batch. */
export interface Refused {
  readonly code: 'REFUSED' | 'UNHANDLED' | 'INVALID_STATE'
  /** The reason, or the message of the refusal. */
  readonly message: string
  readonly details?: unknown
}

/** Throws what refuses a batch. It is no Error, because a stack costs more than the batch. */
export function throwRefused(refused: Refused): never {
  // The text is seen only if it was thrown where nothing can be refused.
  const toString = (): string => `refuse(${JSON.stringify(refused.message)}); only a handler and initial may refuse`
  throw { ...refused, toString, [refusedKey]: true }
}

/** What a machine threw to refuse a batch, or undefined if it threw anything else. */
export function refusedIn(thrown: unknown): Refused | undefined {
  try {
    return (thrown as { readonly [refusedKey]?: true })[refusedKey] ? (thrown as Refused) : undefined
  } catch {
    return undefined
  }
}

/**
 * Refuses the batch that a handler is handling, because a rule of the machine does not allow it. Nothing of the batch is
 * applied, and the sender gets a `RunError` with the code `REFUSED`. In `initial`, `createRun` throws that error. Anything
 * else that a machine throws is a bug (`TRANSITION_FAILED`).
 *
 * @param reason why, in words that the sender may read
 * @param details plain data for the sender; it is copied and frozen
 * @throws {TypeError} if `reason` is not text, or `details` is not plain data
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, refuse } from '@xmachines/core'
 *
 * const till = defineMachine<number, { type: 'PAY'; cents: number }>({
 *   name: 'till',
 *   version: '1',
 *   initial: 0,
 *   on: {
 *     PAY: (total, { cents }) => {
 *       if (cents > 1000) refuse('At most 10 euros at once.', { most: 1000 })
 *       return total + cents
 *     },
 *   },
 * })
 * const run = createRun(till)
 * const refusal = run.in.send({ type: 'PAY', cents: 2000 })
 * console.log(refusal?.code, refusal?.reason, refusal?.details) // REFUSED At most 10 euros at once. {"most":1000}
 * console.log(run.state) // 0
 * ```
 */
export function refuse(reason: string, details?: unknown): never {
  if (typeof reason !== 'string') throw new TypeError(wrongValue('refuse: reason', reason, 'text'))
  const copied = copyArgument({ reason, details }, 'refuse') as { readonly details?: unknown }
  throwRefused({ code: 'REFUSED', message: reason, details: copied.details })
}
