// For each test file: unmounts what a test rendered when the test ends, and waits long enough for a busy machine.

import { configure } from '@testing-library/dom'
import { afterEach } from 'vitest'
import { PATIENCE } from '../../../scripts/patience.ts'

configure({ asyncUtilTimeout: PATIENCE })

// Imported late, so that a test file can prepare the page before React is loaded.
afterEach(async () => (await import('@testing-library/react')).cleanup())
