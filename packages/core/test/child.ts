// A Node process of its own that imports the engine's sources by name, for what depends on flags and environment.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Runs a TypeScript module in a process, and answers with what it printed; throws where it fails. */
export function runModule(
  source: string,
  { flags = [], env = {} }: { flags?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): string {
  const arguments_ = ['--conditions=@xmachines/source', ...flags, '--input-type=module-typescript', '--eval', source]
  const { NODE_ENV: _mode, NODE_OPTIONS: _options, ...inherited } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, arguments_, {
    cwd: join(import.meta.dirname, '..'),
    env: { ...inherited, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  })
  if (status !== 0) throw new Error(`the process ended with ${String(status)}: ${stderr}`)
  return stdout
}
