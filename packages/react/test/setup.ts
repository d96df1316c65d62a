// Before each file of tests: what a test has rendered is gone when it ends.

import { cleanup } from '@testing-library/react'
import { afterEach } from 'vitest'

afterEach(cleanup)
