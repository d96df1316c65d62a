/**
 * Two processes hand runs to each other at the same time, or record equal batches of one run: no batch is lost or doubled.
 * The soak does more of it.
 */
import { afterAll, expect, test } from 'vitest'
import { writeEqually } from './equal-writers.ts'
import { runRelay } from './relay.ts'
import { makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test('runs are handed over under contention, and every pushed take is there exactly once', async () => {
  const { handOvers, taken, found, heads, faults } = await runRelay(2)
  expect(handOvers).toBe(20)
  expect(new Set(found).size).toBe(found.length)
  expect(found.toSorted()).toEqual(taken.toSorted())
  expect(heads).toEqual([heads[0], heads[0], heads[0]])
  expect(faults).toEqual(['', '', ''])
}, 600_000)

test('100 equal writes of two processes are 100 batches', async () => {
  const { acknowledged, recorded, faults } = await writeEqually(folder, { writes: 50 })
  expect(acknowledged).toEqual([50, 50])
  expect(recorded).toBe(100)
  expect(faults).toBe('')
}, 300_000)

test.skipIf(process.platform !== 'linux')(
  'equal writes are neither lost nor doubled if gits are killed',
  async () => {
    const { acknowledged, recorded, faults } = await writeEqually(folder, { writes: 40, kills: 4 })
    expect(acknowledged).toEqual([40, 40])
    expect(recorded).toBe(80)
    expect(faults).toBe('')
  },
  300_000,
)
