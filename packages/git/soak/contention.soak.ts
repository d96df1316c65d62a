/**
 * Two processes hand runs to each other 1,000 times under contention, or record 4,000 equal batches while their gits are
 * killed: no batch is lost or doubled. The variable RELAY_UNTIL sets after how many hand-overs each of the four runs is
 * done.
 */
import { afterAll, expect, test } from 'vitest'
import { writeEqually } from '../test/equal-writers.ts'
import { runRelay } from '../test/relay.ts'
import { makeFolder } from '../test/repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

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

test.each([0, 100])(
  'of 4,000 equal batches each is acknowledged to one process, and %i gits are killed',
  async (kills) => {
    const { acknowledged, recorded, races, failures, faults } = await writeEqually(folder, { writes: 2000, kills })
    console.log(
      `${recorded} equal batches were recorded, ${acknowledged.join(' and ')} were acknowledged; ${races} races were lost, and git failed ${failures} times`,
    )
    expect(acknowledged).toEqual([2000, 2000])
    expect(recorded).toBe(4000)
    expect(faults).toBe('')
  },
)
