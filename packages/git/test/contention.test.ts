/** Two processes hand runs to each other at the same time: no batch is lost or doubled. The soak does more of it. */
import { expect, test } from 'vitest'
import { runRelay } from './relay.ts'

test('runs are handed over under contention, and every pushed take is there exactly once', async () => {
  const { handOvers, taken, found, heads, faults } = await runRelay(2)
  expect(handOvers).toBe(20)
  expect(new Set(found).size).toBe(found.length)
  expect(found.toSorted()).toEqual(taken.toSorted())
  expect(heads).toEqual([heads[0], heads[0], heads[0]])
  expect(faults).toEqual(['', '', ''])
}, 600_000)
