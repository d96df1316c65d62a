/** The app stays small. */
import { expect, test } from 'vitest'
import { countedFiles, countLines, MOST_LINES } from './count-lines.ts'

test('the code beside the machine, the components and the samples is at most 400 lines', () => {
  expect(countedFiles()).toContain('server/actions.ts')
  expect(countLines()).toBeLessThanOrEqual(MOST_LINES)
})
