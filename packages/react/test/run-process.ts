// Runs a script of this folder in a process of its own that can collect garbage, on the React of the current project.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { version } from 'react'
import { expect } from 'vitest'

/** The folders of the versions of React that are not installed for the whole package. */
const folders: Readonly<Record<string, string>> = { '18.3': 'react-18', '19.2': 'react-19.2' }

/** Runs a script in production mode, expects it to end without an error, and returns the JSON that it printed. */
export function runProcess(script: string): Record<string, unknown> {
  const folder = folders[version.split('.', 2).join('.')]
  const resolve = folder === undefined ? [] : ['--import', join(import.meta.dirname, 'resolve-react.ts')]
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--conditions=@xmachines/source', '--no-warnings', ...resolve, join(import.meta.dirname, script)],
    { encoding: 'utf8', timeout: 100_000, env: { ...process.env, NODE_ENV: 'production', REACT_FOLDER: folder } },
  )
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
  return JSON.parse(stdout) as Record<string, unknown>
}
