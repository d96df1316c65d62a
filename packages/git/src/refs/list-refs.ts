// Lists refs strictly: what Git passes over, with a warning or without, is a fault here. So no ref is reported as one that
// is not there because it could not be read.

import type { Dirent } from 'node:fs'
import { lstat, open, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GitError } from '../git-error.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import type { GitProgram } from '../process/git-program.ts'
import { adviceOn } from '../raw-errors.ts'

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
  const [refs, { files, faults }, packed] = await Promise.all([
    gitRefs(store, under),
    refFiles(store, under),
    packedFault(store),
  ])
  if (packed !== undefined) faults.push(packed)
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

async function packedFault({ directory, gitDirectory }: RefStore): Promise<RefFault | undefined> {
  const path = join(gitDirectory, 'packed-refs')
  const found = await stat(path).catch(() => undefined)
  // Git never writes one without a header: a power cut or a copy emptied it.
  const why = found === undefined ? (await isThere(path)) && 'a link that leads nowhere' : found.size === 0 && 'empty'
  if (why === false) return undefined
  const message = `packed-refs in ${directory} is ${why}, and the refs in it are lost; put it back from a copy`
  return { ref: '/', error: new GitError('OBJECT_CORRUPT', message) }
}

/** Whether a path names anything, be it a link that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}

/**
 * Makes sure that a ref is not there: Git also says so of one that it cannot read.
 * @returns whether another writer has made it meanwhile
 * @throws {GitError} if it is there, and what it points to is not; or if it cannot be read
 */
export async function isMadeMeanwhile(
  { read, ...store }: RefStore & Pick<ObjectSource, 'read'>,
  ref: string,
): Promise<boolean> {
  const { refs, faults } = await listRefs(store, ref)
  const [fault] = faults
  if (fault !== undefined) throw fault.error
  const found = refs.find((one) => one.ref === ref)
  if (found === undefined) return false
  if ((await read(found.oid)) !== undefined) return true
  throw new GitError(
    'OBJECT_CORRUPT',
    `${ref} in ${store.directory} points to ${found.oid}, which is missing; run git fsck, and fetch it from a sound copy`,
  )
}

/** Why Git does not list a ref that has a file; undefined if it was removed meanwhile. */
async function brokenRef(store: RefStore, ref: string): Promise<GitError | undefined> {
  const path = join(store.gitDirectory, ref)
  try {
    const handle = await open(path)
    await handle.close()
  } catch (thrown) {
    const cause = thrown as NodeJS.ErrnoException
    if (cause.code !== 'ENOENT') return unreadable(store, ref, cause)
    if (!(await isThere(path))) return undefined
  }
  return new GitError(
    'OBJECT_CORRUPT',
    `${ref} in ${store.directory} is broken: its file does not name an object; put the ref back from a copy of the repository, ` +
      'or find its commit with git fsck --lost-found',
  )
}

function unreadable({ directory }: RefStore, ref: string, cause: NodeJS.ErrnoException): GitError {
  const message = `${ref} in ${directory} cannot be read: ${cause.code ?? cause.message}; ${adviceOn(cause)}`
  return new GitError('READ_FAILED', message, { cause })
}

/** The refs that are files, and the directories that cannot be read: Git takes those for empty. */
interface RefFiles {
  readonly files: readonly string[]
  readonly faults: RefFault[]
}

async function refFiles(store: RefStore, under: string): Promise<RefFiles> {
  const { gitDirectory } = store
  const files: string[] = []
  const faults: RefFault[] = []
  const look = async (ref: string): Promise<void> => {
    let entries: Dirent[]
    try {
      entries = await readdir(join(gitDirectory, ref), { withFileTypes: true })
    } catch (thrown) {
      const cause = thrown as NodeJS.ErrnoException
      const missing = cause.code === 'ENOENT' || cause.code === 'ENOTDIR'
      const error = missing ? await brokenDirectory(store, ref) : unreadable(store, ref, cause)
      if (error !== undefined) faults.push({ ref, error })
      return
    }
    const folders: string[] = []
    for (const entry of entries) {
      const name = ref + entry.name
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(join(gitDirectory, name))))) {
        folders.push(`${name}/`)
      } else if (name.startsWith(under) && !name.endsWith('.lock')) files.push(name)
    }
    await Promise.all(folders.filter((name) => name.startsWith(under)).map(look))
  }
  await look(under.endsWith('/') ? under : under.slice(0, under.lastIndexOf('/') + 1))
  return { files: under.endsWith('/') ? files : files.filter((name) => name === under), faults }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

/** What is in the place of a directory of refs, or of one that it lies in; undefined if nothing is. */
async function brokenDirectory({ directory, gitDirectory }: RefStore, ref: string): Promise<GitError | undefined> {
  for (let at = ref.slice(0, -1); at !== '.'; at = dirname(at)) {
    const path = join(gitDirectory, at)
    if (await isDirectory(path)) return undefined
    // Another writer may have made it just now.
    if ((await isThere(path)) && !(await isDirectory(path))) {
      const message = `${at} in ${directory} is no folder, and leads to none: the refs in it cannot be read; put it back from a copy`
      return new GitError('OBJECT_CORRUPT', message)
    }
  }
  return undefined
}
