// Lists refs strictly: what Git passes over, with a warning or without, is a fault here. So no ref is reported as one that
// is not there because it could not be read.

import { constants, type Dirent } from 'node:fs'
import { access, lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GitError } from '../git-error.ts'
import type { GitProgram } from '../process/git-program.ts'

/** Where refs are. */
export interface RefStore {
  readonly git: GitProgram
  readonly directory: string
  readonly gitDirectory: string
}

/** A ref, and the oid that it points to; whether there is such an object was not looked at. */
export interface ListedRef {
  readonly ref: string
  readonly oid: string
}

/** A ref that cannot be read, or a place where refs may be that cannot be read. */
export interface RefFault {
  /** The ref, or the directory of refs, which ends in `/`. */
  readonly ref: string
  readonly error: GitError
}

/** The refs under a prefix. */
export interface ListedRefs {
  readonly refs: readonly ListedRef[]
  readonly faults: readonly RefFault[]
}

/**
 * The refs under a prefix, and those of them that cannot be read.
 * @param under a full ref, or a prefix of refs that ends in `/`
 */
export async function listRefs(store: RefStore, under: string): Promise<ListedRefs> {
  const { git, gitDirectory } = store
  const asked = ['for-each-ref', '--format=%(objectname) %(refname)', under]
  const [{ status, stdout, stderr }, places, packed] = await Promise.all([
    git.ask(asked),
    unreadablePlaces(gitDirectory, under),
    stat(join(gitDirectory, 'packed-refs')).catch(() => undefined),
  ])
  if (status !== 0) {
    throw new GitError('OBJECT_CORRUPT', `the refs of ${store.directory} cannot be read: ${stderr}; run git fsck`)
  }
  const refs = stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ oid: line.slice(0, line.indexOf(' ')), ref: line.slice(line.indexOf(' ') + 1) }))
  const faults = places.map(({ ref, cause }) => ({ ref, error: unreadable(store, ref, cause) }))
  // Git never writes one without a header: a power cut or a copy emptied it.
  if (packed?.size === 0) {
    const message = `packed-refs in ${store.directory} is empty, and the refs in it are lost; put it back from a copy`
    faults.push({ ref: '/', error: new GitError('OBJECT_CORRUPT', message) })
  }
  for (const [, ref = ''] of stderr.matchAll(/^warning: ignoring (?:broken ref|dangling symref|ref with broken name) (.+)$/gm)) {
    const fault = await brokenRef(store, ref)
    if (fault !== undefined) faults.push({ ref, error: fault })
  }
  return { refs, faults }
}

/**
 * Makes sure that a ref is not there: Git also says so of one that it cannot read.
 * @throws {GitError} if it is there, or cannot be read
 */
export async function checkAbsent(store: RefStore, ref: string): Promise<void> {
  const { refs, faults } = await listRefs(store, ref)
  const [fault] = faults
  if (fault !== undefined) throw fault.error
  const found = refs.find((one) => one.ref === ref)
  if (found === undefined) return
  throw new GitError(
    'OBJECT_CORRUPT',
    `${ref} in ${store.directory} points to ${found.oid}, which is missing; run git fsck, and fetch it from a sound copy`,
  )
}

/** A ref that Git warned of; undefined if it was removed meanwhile. */
async function brokenRef(store: RefStore, ref: string): Promise<GitError | undefined> {
  const path = join(store.gitDirectory, ref)
  try {
    await lstat(path)
    await access(path, constants.R_OK)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : unreadable(store, ref, thrown as NodeJS.ErrnoException)
  }
  return new GitError(
    'OBJECT_CORRUPT',
    `${ref} in ${store.directory} is broken: its file does not name an object; put the ref back from a copy of the repository, ` +
      `or find its commit with git fsck --lost-found`,
  )
}

function unreadable({ directory }: RefStore, ref: string, cause: NodeJS.ErrnoException): GitError {
  const why = cause.code ?? cause.message
  return new GitError('READ_FAILED', `${ref} in ${directory} cannot be read: ${why}; give this user the right to read it`, {
    cause,
  })
}

/** The directories on the way to refs, and below, that cannot be read: Git takes them for empty. */
async function unreadablePlaces(
  gitDirectory: string,
  under: string,
): Promise<readonly { readonly ref: string; readonly cause: NodeJS.ErrnoException }[]> {
  const found: { readonly ref: string; readonly cause: NodeJS.ErrnoException }[] = []
  const look = async (ref: string): Promise<void> => {
    let entries: Dirent[]
    try {
      entries = await readdir(join(gitDirectory, ref), { withFileTypes: true })
    } catch (thrown) {
      const cause = thrown as NodeJS.ErrnoException
      // A file in the place of the directory that was asked for is damage; below it, it is a ref of somebody else.
      if (cause.code !== 'ENOENT' && (cause.code !== 'ENOTDIR' || ref === under)) found.push({ ref, cause })
      return
    }
    await Promise.all(entries.filter((entry) => entry.isDirectory()).map(({ name }) => look(`${ref}${name}/`)))
  }
  await look(under.endsWith('/') ? under : under.slice(0, under.lastIndexOf('/') + 1))
  return found
}
