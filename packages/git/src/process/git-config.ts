// Reads and changes the configuration of a repository. Changes take Git's own lock, and are made in one synced step:
// Git syncs nothing of it, and a power cut that empties the configuration leaves no repository.

import { existsSync } from 'node:fs'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GitError } from '../git-error.ts'
import type { GitProgram } from './git-program.ts'
import { pause } from './pause.ts'
import { clearStaleLock } from './stale-lock.ts'
import { syncDirectory } from './sync-directory.ts'

/** How often to ask for a lock that somebody else holds. This takes some seconds; nobody needs the lock that long. */
const MOST_TRIES = 40

/** Makes all changes or none; each is the arguments of a `git config`. */
export async function editConfig(
  git: GitProgram,
  gitDirectory: string,
  edits: readonly (readonly string[])[],
): Promise<void> {
  const config = join(gitDirectory, 'config')
  const lock = `${config}.lock`
  await untilUnlocked(gitDirectory, () => copyTo(config, lock))
  try {
    for (const edit of edits) await git.run(['config', '--file', lock, ...edit])
    await syncDirectory(lock)
    await rename(lock, config)
  } catch (thrown) {
    await rm(lock, { force: true })
    throw thrown
  }
  await syncDirectory(gitDirectory)
}

/** Does work that locks the configuration, and tries again while somebody else holds the lock. */
export async function untilUnlocked(gitDirectory: string, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await work()
      return
    } catch (thrown) {
      const { code, message: why } = thrown as NodeJS.ErrnoException
      // The lock may be gone by now; then only Git's words tell.
      const locked = code === 'EEXIST' || existsSync(join(gitDirectory, 'config.lock'))
      if (!locked && !why.includes('could not lock config file')) throw thrown
      const failure = new GitError(
        'REPOSITORY_LOCKED',
        `the configuration of ${gitDirectory} is locked: ${why}; try again once nobody changes it`,
      )
      const held = await clearStaleLock(gitDirectory, 'config', failure).then(
        () => failure,
        (reason: GitError) => reason,
      )
      if (tries === MOST_TRIES) throw held
    }
    await pause(Math.min(tries, 4))
  }
}

/** Whether a value means yes, as Git reads it; a key without a value does. */
export function meansYes(value: string | undefined): boolean {
  if (value === undefined || /^(true|yes|on)$/i.test(value)) return true
  return /^\s*[+-]?(0x[0-9a-f]+|\d+)[kmg]?$/i.test(value) && !/^\s*[+-]?(0x)?0+[kmg]?$/i.test(value)
}

async function copyTo(config: string, lock: string): Promise<void> {
  const handle = await open(lock, 'wx', (await stat(config)).mode)
  try {
    await handle.writeFile(await readFile(config))
  } finally {
    await handle.close()
  }
}
