// Lists refs strictly: what Git passes over, with a warning or without, is a fault here. So no ref is reported as one that
// is not there because it could not be read.

import type { Dirent } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
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
  const { directory, gitDirectory } = store
  const [refs, { files, places }, packed] = await Promise.all([
    gitRefs(store, under),
    refFiles(gitDirectory, under),
    stat(join(gitDirectory, 'packed-refs')).catch(() => undefined),
  ])
  const faults = places.map(({ ref, cause }) => ({ ref, error: unreadable(store, ref, cause) }))
  // Git never writes one without a header: a power cut or a copy emptied it.
  if (packed?.size === 0) {
    const message = `packed-refs in ${directory} is empty, and the refs in it are lost; put it back from a copy`
    faults.push({ ref: '/', error: new GitError('OBJECT_CORRUPT', message) })
  }
  const listed = new Set(refs.map(({ ref }) => ref))
  const silent = files.filter((ref) => !listed.has(ref))
  if (silent.length === 0) return { refs, faults }
  // What others make or remove just now is no fault.
  const again = await gitRefs(store, under)
  const known = new Set(again.map(({ ref }) => ref))
  for (const ref of silent) {
    const error = known.has(ref) ? undefined : await brokenRef(store, ref)
    if (error !== undefined) faults.push({ ref, error })
  }
  return { refs: again, faults }
}

/** The refs that Git lists. */
async function gitRefs({ git, directory }: RefStore, under: string): Promise<ListedRef[]> {
  const { status, stdout, stderr } = await git.ask(['for-each-ref', '--format=%(objectname) %(refname)', under])
  if (status !== 0) {
    throw new GitError('OBJECT_CORRUPT', `the refs of ${directory} cannot be read: ${stderr}; run git fsck`)
  }
  return stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ oid: line.slice(0, line.indexOf(' ')), ref: line.slice(line.indexOf(' ') + 1) }))
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

/** Why Git does not list a ref that has a file; undefined if it was removed meanwhile. */
async function brokenRef(store: RefStore, ref: string): Promise<GitError | undefined> {
  try {
    const handle = await open(join(store.gitDirectory, ref))
    await handle.close()
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : unreadable(store, ref, thrown as NodeJS.ErrnoException)
  }
  return new GitError(
    'OBJECT_CORRUPT',
    `${ref} in ${store.directory} is broken: its file does not name an object; put the ref back from a copy of the repository, ` +
      'or find its commit with git fsck --lost-found',
  )
}

function unreadable({ directory }: RefStore, ref: string, cause: NodeJS.ErrnoException): GitError {
  const why = cause.code ?? cause.message
  return new GitError(
    'READ_FAILED',
    `${ref} in ${directory} cannot be read: ${why}; give this user the right to read it`,
    {
      cause,
    },
  )
}

/** The refs that are files, and the directories that cannot be read: Git takes those for empty. */
interface RefFiles {
  readonly files: readonly string[]
  readonly places: readonly { readonly ref: string; readonly cause: NodeJS.ErrnoException }[]
}

async function refFiles(gitDirectory: string, under: string): Promise<RefFiles> {
  const files: string[] = []
  const places: { readonly ref: string; readonly cause: NodeJS.ErrnoException }[] = []
  const look = async (ref: string): Promise<void> => {
    let entries: Dirent[]
    try {
      entries = await readdir(join(gitDirectory, ref), { withFileTypes: true })
    } catch (thrown) {
      const cause = thrown as NodeJS.ErrnoException
      // A file in the place of the directory that was asked for is damage; below it, it is a ref of somebody else.
      if (cause.code !== 'ENOENT' && (cause.code !== 'ENOTDIR' || ref === under)) places.push({ ref, cause })
      return
    }
    const folders: string[] = []
    for (const entry of entries) {
      const name = ref + entry.name
      if (entry.isDirectory()) folders.push(`${name}/`)
      else if (name.startsWith(under) && !name.endsWith('.lock')) files.push(name)
    }
    await Promise.all(folders.filter((name) => name.startsWith(under)).map(look))
  }
  await look(under.endsWith('/') ? under : under.slice(0, under.lastIndexOf('/') + 1))
  return { files: under.endsWith('/') ? files : files.filter((name) => name === under), places }
}
