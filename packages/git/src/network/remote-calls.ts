// Calls of `git` that reach a remote: their settings, and the errors that their failures become.

import { asGitError, GitError } from '../git-error.ts'
import { type GitProgram, gitProgram } from '../process/git-program.ts'
import { pause } from '../process/pause.ts'
import { clearStaleLocks, locksOnRefs } from '../process/stale-lock.ts'
import { fetchedRefs } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { checkRemoteName, withoutSecrets } from './remotes.ts'

/** How a remote is called. */
export interface NetworkOptions {
  /**
   * Ends the call with all processes that it started; the promise rejects with the signal's reason. Refs that moved
   * before stay moved, and no other moves; the next call continues from there.
   */
  readonly signal?: AbortSignal
}

/** A remote, for one call. */
export interface Remote {
  readonly name: string
  /** A `git` with the settings below. */
  readonly git: GitProgram
}

/**
 * Git checks the objects that arrive as well. What arrives is one pack whatever its size, so that only one file and one
 * directory need syncing, and it is on disk before any ref moves. No program may ask anybody for a password. A server
 * over http that is silent for a minute is given up. A commit-graph is written after repacking, and a lock on it must not
 * fail a fetch. Git waits for each lock on a ref in turn: not long, because a fetch that was killed may have left many.
 */
const SETTINGS: readonly string[] = [
  'core.fsync=all',
  'fetch.fsckObjects=true',
  'fetch.unpackLimit=1',
  'core.filesRefLockTimeout=50',
  'fetch.writeCommitGraph=false',
  'advice.pushUpdateRejected=false',
  'core.askPass=',
  'push.pushOption=',
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
]

/** The remote of a call; refuses a name that cannot be one, and wrong options. */
export function remoteOf(
  { directory, gitDirectory }: RepositoryContext,
  name: unknown,
  { signal }: NetworkOptions,
): Remote {
  const checked = checkRemoteName(name)
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`signal is ${typeof signal}; it must be an AbortSignal`)
  }
  return { name: checked, git: gitProgram(directory, { gitDirectory, settings: SETTINGS, signal }) }
}

/** How often to try a fetch while others are in its way. */
const MOST_TRIES = 5

/** Fetches refs of a remote into `refs/fetched`. A ref that is gone there is removed there, and nowhere else. */
export async function fetchRefs(
  context: RepositoryContext,
  remote: Remote,
  { refspecs, tip }: { readonly refspecs: readonly string[]; readonly tip?: string | undefined },
): Promise<void> {
  const flags = ['--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules']
  const negotiation = tip === undefined ? [] : [`--negotiation-tip=${tip}`]
  const exactly = ['--prune', '--no-show-forced-updates', '--refmap=', ...negotiation, '--end-of-options']
  for (let tries = 1; ; tries++) {
    const { status, stderr } = await remote.git.ask([
      'fetch',
      '--quiet',
      ...flags,
      ...exactly,
      remote.name,
      ...refspecs,
    ])
    context.packWritten()
    if (status === 0) return
    const failure = remoteFailure(context, remote, `fetching from it ended with ${status}: ${stderr}`)
    if (status !== REFS_NOT_WRITTEN || failure.code !== 'REMOTE_FAILED') throw failure
    // Another fetch from this remote, or one that was killed: a fetched ref belongs to whoever fetches.
    const notWritten = refsNotWritten(context, remote, stderr)
    const lastTry = tries >= MOST_TRIES
    const cleared = await clearLocks(context, remote, { failure: notWritten, wait: !lastTry })
    if (lastTry && !cleared) throw notWritten
    await pause(Math.min(tries, MOST_TRIES))
  }
}

/** The exit status of a `git fetch` that reached the remote, and could not write all refs. */
const REFS_NOT_WRITTEN = 1

/** Removes the locks that a killed fetch left; if they may belong to a living one, waits for it or throws. */
async function clearLocks(
  { gitDirectory }: RepositoryContext,
  { name }: Remote,
  { failure, wait }: { readonly failure: GitError; readonly wait: boolean },
): Promise<boolean> {
  try {
    return await clearStaleLocks(await locksOnRefs(gitDirectory, fetchedRefs(name)), failure)
  } catch (thrown) {
    if (wait) return false
    throw asGitError(thrown, `removing a lock in ${gitDirectory}`)
  }
}

function refsNotWritten({ directory }: RepositoryContext, { name }: Remote, how: string): GitError {
  return new GitError(
    'GIT_FAILED',
    `what was fetched from the remote ${name} could not be written below ${fetchedRefs(name)} in ${directory}: ` +
      `${withoutSecrets(how)}; no run was changed here: mend what is in the way, and fetch again`,
  )
}

/** Where refs of a remote point; a name that ends in `*` means all refs that begin so. Missing refs are left out. */
export async function remoteRefs(
  context: RepositoryContext,
  remote: Remote,
  refs: readonly string[],
): Promise<Map<string, string>> {
  const asked = ['ls-remote', '--quiet', '--refs', '--end-of-options', remote.name, ...refs]
  const { status, stdout, stderr } = await remote.git.ask(asked)
  if (status !== 0) throw remoteFailure(context, remote, `reading its refs ended with ${status}: ${stderr}`)
  const found = new Map<string, string>()
  for (const line of stdout.toString().split('\n')) {
    const [oid = '', ref = ''] = line.split('\t')
    // Git also lists refs whose names end with what was asked.
    const wanted = refs.some((one) => (one.endsWith('*') ? ref.startsWith(one.slice(0, -1)) : ref === one))
    if (wanted) found.set(ref, oid)
  }
  return found
}

/**
 * What the system says if a file here cannot be written, or cannot be used at all. Lines that the other end wrote are
 * marked.
 */
const SYSTEM =
  /(?<!remote: .*)(?:(No space left on device|Disk quota exceeded|Read-only file system|File too large)|Permission denied|Input\/output error|Too many open files|insufficient permission)/

/** Why a call failed: what is here is corrupt, what arrived is corrupt, or nothing arrived. */
export function remoteFailure(
  { directory, gitDirectory }: Pick<RepositoryContext, 'directory' | 'gitDirectory'>,
  { name }: Remote,
  how: string,
): GitError {
  const text = withoutSecrets(how)
  const objects = `${gitDirectory}/objects/`
  const system = SYSTEM.exec(text)
  if (system !== null && (system[1] !== undefined || text.includes(objects))) {
    const written = system[1] !== undefined || /(un|in)able to create|fsync|insufficient/i.test(text)
    return new GitError(
      written ? 'WRITE_FAILED' : 'READ_FAILED',
      `the objects of ${directory} itself cannot be ${written ? 'written' : 'read'}: ${text}; make room, or let this user ` +
        `read and write there, and try again; no run was changed here, and the remote ${name} is not the cause`,
    )
  }
  const [, ref] = /(?<!remote: .*)fatal: bad object (refs\/\S+)/.exec(text) ?? []
  if (ref !== undefined || text.includes(objects)) {
    const what = ref === undefined ? 'an object' : `the object that ${ref} points to`
    return new GitError(
      'OBJECT_CORRUPT',
      `${what} in ${directory} itself is missing or corrupt, and until that is repaired nothing can be fetched or pushed: ` +
        `${text}; run git fsck here, and put the object back or delete the ref; the remote ${name} is not the cause`,
    )
  }
  if (/fsck error|is corrupt|inflat|did not send all necessary|pack (has|signature|version)|collision/i.test(text)) {
    return new GitError(
      'OBJECT_CORRUPT',
      `the remote ${name} of ${directory} sends corrupt objects: ${text}; run git fsck there; no run was changed here`,
    )
  }
  if (/mismatched algorithms|this repository's (object format|hash algorithm)/.test(text)) {
    return new GitError(
      'FORMAT_MISMATCH',
      `the remote ${name} of ${directory} has another object format: ${text}; use a remote of the same format`,
    )
  }
  return new GitError(
    'REMOTE_FAILED',
    `the remote ${name} of ${directory} could not be reached, or broke off: ${text}; no run was changed here: try again`,
  )
}
