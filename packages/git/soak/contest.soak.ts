/** Two processes continue one run at the same moment, 1,000 times. */
import { afterAll, expect, test } from 'vitest'
import { contest } from '../test/contest.ts'
import { makeFolder } from '../test/repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test('of two processes that record one run exactly one wins, 1,000 times', async () => {
  const { won, wrong, faults } = await contest(folder, 1000)
  console.log(`one won ${won[0]} times, the other ${won[1]} times, and ${wrong.length} ended wrongly`)
  expect(wrong).toEqual([])
  expect(won.reduce((sum, times) => sum + times)).toBe(1000)
  expect(faults).toBe('')
})
