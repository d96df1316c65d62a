// For each test file: unmounts what a test rendered when the test ends.

import { afterEach } from 'vitest'

// Imported late, so that a test file can prepare the page before React is loaded.
afterEach(async () => (await import('@testing-library/react')).cleanup())
