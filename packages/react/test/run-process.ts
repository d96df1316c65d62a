// Runs a script of this folder in a process of its own that can collect garbage, on the React of the current project.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { version } from 'react'
import { expect } from 'vitest'

/** Runs a script in production mode, expects it to end without an error, and returns the JSON that it printed. */
export function runProcess(script: string): Record<string, unknown> {
  const react18 = version.startsWith('18.') ? ['--import', join(import.meta.dirname, 'react-18/resolve.ts')] : []
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--conditions=@xmachines/source', '--no-warnings', ...react18, join(import.meta.dirname, script)],
    { encoding: 'utf8', timeout: 50_000, env: { ...process.env, NODE_ENV: 'production' } },
  )
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
  return JSON.parse(stdout) as Record<string, unknown>
}
