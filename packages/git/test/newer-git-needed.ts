// Fails a file of tests whose Git cannot be had. Without it the PATH would lead to the installed Git.

import { inject } from 'vitest'

const missing = inject('gitMissing')
if (missing !== '') throw new Error(missing)
