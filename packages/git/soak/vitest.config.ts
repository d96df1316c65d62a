/**
 * What runs for long, and not in the test command: crashes, contention and a long run in their whole length. `pnpm test:soak`.
 */

import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const HOURS = 60 * 60 * 1000

export default defineConfig({
  root: import.meta.dirname,
  ssr: { resolve: { conditions: ['@xmachines/source', ...defaultServerConditions] } },
  test: {
    name: 'git soak',
    include: ['*.soak.ts'],
    env: { CRASHES: process.env['CRASHES'] ?? '200', RELAY_UNTIL: process.env['RELAY_UNTIL'] ?? '250' },
    testTimeout: 4 * HOURS,
    hookTimeout: HOURS,
    // One after the other: each wants the machine for itself.
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
})
