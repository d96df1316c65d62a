// For each test file: unmounts what a test rendered when the test ends.

import { cleanup } from '@testing-library/react'
import { afterEach } from 'vitest'

afterEach(cleanup)
