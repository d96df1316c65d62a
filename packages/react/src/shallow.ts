// Whether two selections are equal one level deep: an `isEqual` for `useSnapshot`.

/**
 * Compares two values one level deep: arrays item by item and plain objects member by member, with `Object.is`. Anything
 * else is equal only to itself.
 *
 * @param one a selection
 * @param other another
 * @returns whether they are equal
 *
 * @example
 * ```tsx
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { shallow, useSnapshot } from '@xmachines/react'
 *
 * type Score = { home: number; guests: number; minute: number }
 *
 * const match = defineMachine<Score, { type: 'GOAL'; by: 'home' | 'guests' } | { type: 'MINUTE' }>({
 *   name: 'match',
 *   version: '1',
 *   initial: { home: 0, guests: 0, minute: 0 },
 *   on: {
 *     GOAL: (score, { by }) => ({ ...score, [by]: score[by] + 1 }),
 *     MINUTE: (score) => ({ ...score, minute: score.minute + 1 }),
 *   },
 * })
 *
 * export const run = createRun(match)
 *
 * export function ScoreBoard() {
 *   // A new array each time. Without `shallow` every minute would render the board again.
 *   const goals = useSnapshot(run, ({ state }) => [state.home, state.guests], shallow)
 *   return <output>{goals.join(' : ')}</output>
 * }
 * ```
 */
export function shallow<Value>(one: Value, other: Value): boolean {
  if (Object.is(one, other)) return true
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && Object.is(one[key], other[key]))
  )
}

/** Whether it is an array or a plain object, of any realm. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return false
  // The prototype of plain objects is null, or that of every realm's `Object`, whose own prototype is null.
  const prototype: object = Object.getPrototypeOf(value) ?? Object.prototype
  return Array.isArray(value) || Object.getPrototypeOf(prototype) === null
}
