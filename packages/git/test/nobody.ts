// Work as a user without rights. Root may read everything, so a test of missing rights must not run as root.

import { chownSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { vi } from 'vitest'

const NOBODY = 65_534

/** Gives a repository to nobody, and does work as nobody; as the same user if this process is not root. */
export async function asNobody<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return await work()
  chownSync(dirname(directory), NOBODY, NOBODY)
  for (const name of ['', ...readdirSync(directory, { recursive: true })]) {
    chownSync(join(directory, String(name)), NOBODY, NOBODY)
  }
  vi.stubEnv('HOME', directory)
  process.seteuid?.(NOBODY)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
    vi.unstubAllEnvs()
  }
}
