// For each test file: unmounts what a test rendered when the test ends, waits long enough for a busy machine, and leaves no
// spy, stub or fake clock to the next file of the worker.

import { configure } from '@testing-library/dom'
import { afterAll, afterEach, vi } from 'vitest'
import { PATIENCE } from '../../../scripts/patience.ts'

configure({ asyncUtilTimeout: PATIENCE })

// Imported late, so that a test file can prepare the page before React is loaded.
afterEach(async () => (await import('@testing-library/react')).cleanup())

afterAll(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})
