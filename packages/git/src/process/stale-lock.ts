// Removes the lock on a ref or on the configuration that a killed process left, once the lock is old enough.

import { stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { GitError } from '../git-error.ts'

/** A lock of this age, in milliseconds, belongs to a dead process: a living one holds it for a few. */
const STALE = 10_000

/**
 * Looks for the lock that made a change fail.
 * @param file the file that is locked, relative to the Git directory: a ref, or `config`
 * @param failure why the change failed
 * @returns whether a stale lock was removed, so that the change may be tried again
 * @throws {GitError} `REPOSITORY_LOCKED` if the lock is not old enough
 */
export async function clearStaleLock(gitDirectory: string, file: string, failure: GitError): Promise<boolean> {
  if (!/\.lock'?: File exists|cannot lock ref|Unable to create|is locked/.test(failure.message)) return false
  const lock = join(gitDirectory, `${file}.lock`)
  const found = await stat(lock).catch(() => undefined)
  if (found === undefined) return false
  const age = Date.now() - found.mtimeMs
  if (age <= STALE) {
    throw new GitError(
      'REPOSITORY_LOCKED',
      `${lock} is held by another process, or was left by one that was killed; try again: a lock older than 10 s is removed`,
      { cause: failure },
    )
  }
  await unlink(lock)
  process.emitWarning(`removed ${lock}, which a killed process left ${Math.round(age / 1000)} s ago`, {
    code: 'XMACHINES_STALE_LOCK',
  })
  return true
}
