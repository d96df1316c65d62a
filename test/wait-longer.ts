// For each test file: `vi.waitFor` waits long enough for a busy machine, and not for one second only.

import { vi } from 'vitest'
import { PATIENCE } from '../scripts/patience.ts'

const { waitFor } = vi

vi.waitFor = (expectation, options) =>
  waitFor(expectation, typeof options === 'number' ? options : { timeout: PATIENCE, ...options })
