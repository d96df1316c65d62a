/**
 * Two processes hand runs to each other 1,000 times under contention: no batch is lost or doubled. The variable
 * RELAY_UNTIL sets after how many hand-overs each of the four runs is done.
 */
import { expect, test } from 'vitest'
import { runRelay } from '../test/relay.ts'

test('runs are handed over 1,000 times, and every pushed take is there exactly once', async () => {
  const { handOvers, taken, found, lost, heads, faults, seconds } = await runRelay(4)
  console.log(
    `${handOvers} hand-overs in ${seconds.toFixed(0)} s, ${found.length} batches; ${lost} times a side lost a race and took again`,
  )
  expect(handOvers).toBe(4 * Number(process.env['RELAY_UNTIL']))
  expect(new Set(found).size).toBe(found.length)
  expect(found.toSorted()).toEqual(taken.toSorted())
  expect(heads).toEqual([heads[0], heads[0], heads[0]])
  expect(faults).toEqual(['', '', ''])
})
