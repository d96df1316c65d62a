// @vitest-environment node
/** The hooks on a platform that lacks what they can do without. */
import { expect, test } from 'vitest'
import { runProcess } from './run-process.ts'

test('every hook works if the platform lacks what newer ones have', () => {
  expect(runProcess('lacking-process.ts')).toEqual({ shown: expect.stringMatching(/^1 2 1 1 [0-9a-f]{40}$/) })
})
