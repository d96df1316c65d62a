/** The conformance suite in the Node of the workspace. */
import { test } from 'vitest'
import { requirements } from './suite/index.ts'

test.each(requirements)('§$section $title', async ({ check }) => {
  await check()
})
