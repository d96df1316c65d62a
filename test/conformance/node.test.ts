/** The conformance suite in the Node of the workspace. */
import { beforeEach, test, vi } from 'vitest'
import { requirements } from './suite/index.ts'

const { error } = console
// Some requirements are about machines with bugs, which development prints.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation((...shown: unknown[]) => {
    if (!/ refused a batch at sequence \d+:| for bugs like these/.test(String(shown[0]))) error.apply(console, shown)
  })
})

test.each(requirements)('§$section $title', async ({ check }) => {
  await check()
})
