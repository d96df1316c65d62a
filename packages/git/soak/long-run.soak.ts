/** A run of 1,000,000 events that drops recorded batches takes no more memory at its end than at its beginning. */
import { expect, test } from 'vitest'
import { recordLongRun } from '../test/long-run.ts'

test('a run of 1,000,000 events does not need more and more memory', async () => {
  const { growth, sequence, read, delivered, head, recorded } = await recordLongRun(1_000_000, 1000)
  console.log(`from 250,000 to 1,000,000 events the memory grew by ${growth.toFixed(1)} MB`)
  expect(growth).toBeLessThan(8)
  expect([sequence, read, delivered]).toEqual([1_000_000, 1_000_001, 1_000_000])
  expect(head).toBe(recorded)
})
