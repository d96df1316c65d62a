/**
 * Tests that take too long for the test command: crashes, power cuts, contention and a long run in full. `pnpm
 * test:soak`.
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
    // One after another: each needs the whole machine.
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
})
