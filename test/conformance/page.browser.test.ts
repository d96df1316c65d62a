/** The conformance suite in a page. */
import { expect, test } from 'vitest'
import { requirements } from './suite/index.ts'

test('this is a page', () => {
  expect(typeof document).toBe('object')
})

test.each(requirements)('§$section $title', async ({ check }) => {
  await check()
})
