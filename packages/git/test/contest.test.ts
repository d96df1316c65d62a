/** Of two processes that record one run, exactly one wins, and the other gets an error. The soak does more of it. */
import { afterAll, expect, test } from 'vitest'
import { type Batches, contest } from './contest.ts'
import { makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test.each<Batches>(['different', 'equal'])(
  'of two processes that record %s batches of one run exactly one wins, and the other gets the last commit that they share',
  async (batches) => {
    const { won, wrong, faults } = await contest(folder, 12, batches)
    expect(wrong).toEqual([])
    expect(won.reduce((sum, times) => sum + times)).toBe(12)
    expect(faults).toBe('')
  },
  300_000,
)
