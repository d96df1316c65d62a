// Removes locks that a killed process left in a repository, once they are old enough. Which locks there are is read from
// the disk: what Git says about them differs between its versions.

import { readdir, stat, unlink } from 'node:fs/promises'
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
  // Git also locks HEAD if it may point to the branch.
  const files = file.startsWith('refs/heads/') ? [file, 'HEAD'] : [file]
  const locks = files.map((one) => join(gitDirectory, `${one}.lock`))
  return await clearStaleLocks(locks, failure)
}

/** The same for several locks, by path: removes them all or, if one is not old enough, none. */
export async function clearStaleLocks(locks: readonly string[], failure: GitError): Promise<boolean> {
  const stale: { readonly lock: string; readonly age: number }[] = []
  for (const lock of locks) {
    const found = await stat(lock).catch(() => undefined)
    if (found === undefined) continue
    const age = Date.now() - found.mtimeMs
    if (age <= STALE) {
      throw new GitError(
        'REPOSITORY_LOCKED',
        `${lock} is held by another process, or was left by one that was killed; try again: a lock older than 10 s is removed`,
        { cause: failure },
      )
    }
    stale.push({ lock, age })
  }
  const [first, ...others] = stale
  if (first === undefined) return false
  for (const { lock } of stale) await remove(lock)
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  process.emitWarning(
    `removed ${first.lock}${more}, which a killed process left ${Math.round(first.age / 1000)} s ago`,
    { code: 'XMACHINES_STALE_LOCK' },
  )
  return true
}

/** The locks that a fetch or a `gc` may have left: on refs below a directory, and on all packed refs. */
export async function locksOnRefs(gitDirectory: string, under: string): Promise<string[]> {
  const directory = join(gitDirectory, under)
  const names = await readdir(directory, { recursive: true }).catch(() => [])
  const onRefs = names.filter((name) => name.endsWith('.lock')).map((name) => join(directory, name))
  // The second is the new content; whoever writes it holds the first.
  const onPacked = ['packed-refs.lock', 'packed-refs.new'].map((name) => join(gitDirectory, name))
  return [...onPacked, ...onRefs]
}

async function remove(lock: string): Promise<void> {
  try {
    await unlink(lock)
  } catch (thrown) {
    // Another process that looked for it was faster.
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
  }
}
