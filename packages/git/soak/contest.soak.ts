/** Two processes continue one run at the same moment, 1,000 times. */
import { afterAll, expect, test } from 'vitest'
import { type Batches, contest } from '../test/contest.ts'
import { makeFolder } from '../test/repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test.each<Batches>(['different', 'equal'])(
  'of two processes that record %s batches exactly one wins, 1,000 times',
  async (batches) => {
    const { won, wrong, faults } = await contest(folder, 1000, batches)
    console.log(`${batches}: one won ${won[0]} times, the other ${won[1]} times, and ${wrong.length} ended wrongly`)
    expect(wrong).toEqual([])
    expect(won.reduce((sum, times) => sum + times)).toBe(1000)
    expect(faults).toBe('')
  },
)
