/** Tests that take too long for the test command, in full. `pnpm test:soak:http`. */

import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { PATIENCE } from '../../../scripts/patience.ts'

const HOURS = 60 * 60 * 1000

export default defineConfig({
  root: import.meta.dirname,
  ssr: { resolve: { conditions: ['@xmachines/source', ...defaultServerConditions] } },
  test: {
    name: 'http soak',
    include: ['*.soak.ts', '../test/fuzz.test.ts'],
    env: { FUZZED_REQUESTS: '10000' },
    expect: { poll: { timeout: PATIENCE } },
    testTimeout: 4 * HOURS,
    hookTimeout: HOURS,
    // One after another: each needs the whole machine.
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
})
