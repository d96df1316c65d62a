/**
 * Two processes hand runs to each other 1,000 times under contention: no batch is lost, none is there twice. The
 * variable RELAY_UNTIL says after how many hand-overs each of the four runs is done.
 */
import { expect, test } from 'vitest'
import { runRelay } from '../test/relay.ts'

test('runs are handed over 1,000 times, and every take that was pushed is there once', async () => {
  const { handOvers, taken, found, lost, heads, faults, seconds } = await runRelay(4)
  console.log(
    `${handOvers} hand-overs in ${seconds.toFixed(0)} s, ${found.length} batches; a side lost ${lost} times and took again`,
  )
  expect(handOvers).toBe(4 * Number(process.env['RELAY_UNTIL']))
  expect(new Set(found).size).toBe(found.length)
  expect(found.toSorted()).toEqual(taken.toSorted())
  expect(heads).toEqual([heads[0], heads[0], heads[0]])
  expect(faults).toEqual(['', '', ''])
})
