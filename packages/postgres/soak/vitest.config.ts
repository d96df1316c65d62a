/**
 * Tests that take too long for the test command: crashes of a writer, of a backend and of the server, in full. `pnpm
 * test:soak:postgres`.
 */

import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const HOURS = 60 * 60 * 1000

export default defineConfig({
  root: import.meta.dirname,
  ssr: { resolve: { conditions: ['@xmachines/source', ...defaultServerConditions] } },
  test: {
    name: 'postgres soak',
    include: ['*.soak.ts'],
    testTimeout: 4 * HOURS,
    hookTimeout: HOURS,
    // One after another: each needs the whole machine.
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
})
