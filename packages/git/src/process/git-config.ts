// Changes the configuration of a repository as Git does, behind its lock, but in one step and synced: Git syncs none of
// it, and a repository whose configuration a power cut emptied is none.

import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GitError } from '../git-error.ts'
import { syncDirectory } from '../write/pack-store.ts'
import type { GitProgram } from './git-program.ts'
import { pause } from './pause.ts'
import { clearStaleLock } from './stale-lock.ts'

/** How often a lock is asked for that somebody else holds: for some seconds, and nobody needs one. */
const MOST_TRIES = 40

/** Makes changes, each the arguments of a `git config`; all of them, or none. */
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

/** Does what takes the lock on the configuration, again and again while somebody else has it. */
export async function untilUnlocked(gitDirectory: string, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await work()
      return
    } catch (thrown) {
      const why = (thrown as Error).message
      if (!/could not lock config file|EEXIST/.test(why)) throw thrown
      const failure = new GitError('REPOSITORY_LOCKED', `the configuration of ${gitDirectory} is locked: ${why}`)
      const held = await clearStaleLock(gitDirectory, 'config', failure).then(
        () => failure,
        (locked: GitError) => locked,
      )
      if (tries === MOST_TRIES) throw held
    }
    await pause(Math.min(tries, 4))
  }
}

async function copyTo(config: string, lock: string): Promise<void> {
  const handle = await open(lock, 'wx', (await stat(config)).mode)
  try {
    await handle.writeFile(await readFile(config))
  } finally {
    await handle.close()
  }
}
