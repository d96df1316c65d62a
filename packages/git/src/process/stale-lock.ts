// Locks on refs and on the configuration. A process that was killed leaves its lock behind; one that is old enough is
// taken away.

import { stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { GitError } from '../git-error.ts'

/** From this age on, in milliseconds, a lock is of a process that runs no more: moving a ref takes a few. */
const STALE = 10_000

/**
 * Looks for the lock that a move failed of.
 * @returns whether a stale one was taken away, so that the move may be tried again
 * @throws {GitError} `REPOSITORY_LOCKED` where it is not old enough
 */
export async function clearStaleLock(gitDirectory: string, ref: string, failure: GitError): Promise<boolean> {
  if (!/\.lock'?: File exists|cannot lock ref|Unable to create|is locked/.test(failure.message)) return false
  const lock = join(gitDirectory, `${ref}.lock`)
  const found = await stat(lock).catch(() => undefined)
  if (found === undefined) return false
  const age = Date.now() - found.mtimeMs
  if (age <= STALE) {
    throw new GitError(
      'REPOSITORY_LOCKED',
      `another process holds ${lock}, or was killed while it did; try again: from 10 s of age on it is taken away`,
      { cause: failure },
    )
  }
  await unlink(lock)
  process.emitWarning(`took away ${lock}, which a killed process had left ${Math.round(age / 1000)} s ago`, {
    code: 'XMACHINES_STALE_LOCK',
  })
  return true
}
