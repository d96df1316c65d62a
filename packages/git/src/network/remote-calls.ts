// Calls of `git` that reach a remote: with what they are called, and what their failures are told as.

import { GitError } from '../git-error.ts'
import type { GitProgram } from '../process/git-program.ts'
import { pause } from '../process/pause.ts'
import { clearStaleLock } from '../process/stale-lock.ts'
import type { MachineBranch } from '../refs/machine-branches.ts'
import type { RefMover } from '../refs/ref-moves.ts'
import type { ReadingPlace } from '../repository-context.ts'
import { withoutSecrets } from './remotes.ts'

/** How a remote is called. */
export interface NetworkOptions {
  /**
   * Ends the call: what reaches the remote is ended with all that it started, and the promise rejects with the signal's
   * reason. What was moved before is moved, and nothing else is; the next call goes on from there.
   */
  readonly signal?: AbortSignal
}

/** Refuses what is no such options. */
export function checkNetworkOptions({ signal }: NetworkOptions): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw new TypeError(`signal is ${typeof signal}; it must be an AbortSignal`)
}

/** Where runs are fetched to and pushed from. */
export interface NetworkPlace extends ReadingPlace {
  readonly packDirectory: string
  /** A `git` with the settings below. */
  readonly network: GitProgram
  readonly mover: RefMover
  ensureMachine(branch: MachineBranch, mover: RefMover): Promise<void>
  /** Told after each pack that came. */
  onPack(): void
  checkRemote(name: string): Promise<void>
  /** Told of a run that went on elsewhere, so that nothing more is recorded on what lost. */
  onDiverged(ref: string, error: GitError): void
}

/**
 * What comes is checked by Git too, is one pack whatever its size, so that one file and one directory are to be synced,
 * and is on disk before anything is moved. Nobody is asked for a password, whatever program there is to ask. A server of
 * http that says nothing for a minute is given up.
 */
export const NETWORK_SETTINGS: readonly string[] = [
  'core.fsync=all',
  'fetch.fsckObjects=true',
  'fetch.unpackLimit=1',
  'advice.pushUpdateRejected=false',
  'core.askPass=',
  'push.pushOption=',
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
]

/** How often a fetch that others were in the way of is made. */
const MOST_TRIES = 5

/** Fetches refs of a remote to where they are looked at; what is gone there goes there, and nowhere else. */
export async function fetchRefs(
  place: NetworkPlace,
  remote: string,
  refspecs: readonly string[],
  tip?: string,
): Promise<void> {
  const { network, gitDirectory, onPack } = place
  const flags = ['--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules']
  const from = tip === undefined ? [] : [`--negotiation-tip=${tip}`]
  const exactly = ['--prune', '--no-show-forced-updates', '--refmap=', ...from, '--end-of-options']
  for (let tries = 1; ; tries++) {
    const { status, stderr } = await network.ask(['fetch', '--quiet', ...flags, ...exactly, remote, ...refspecs])
    onPack()
    if (status === 0) return
    const failure = remoteFailure(place, remote, `fetching from it ended with ${status}: ${stderr}`)
    // Another fetch from this remote, or one that was killed: where a ref was seen is written by whoever looks.
    const [, ref] = /cannot lock ref '(refs\/fetched\/[^']+)'/.exec(stderr) ?? []
    if (ref === undefined || tries > MOST_TRIES) throw failure
    if (tries === MOST_TRIES && !(await clearStaleLock(gitDirectory, ref, failure))) throw failure
    await pause(tries)
  }
}

/** Where refs of a remote stand, or all that begin so where a name ends in `*`; those that it has not are left out. */
export async function remoteRefs(
  place: NetworkPlace,
  remote: string,
  refs: readonly string[],
): Promise<Map<string, string>> {
  const asked = ['ls-remote', '--quiet', '--refs', '--end-of-options', remote, ...refs]
  const { status, stdout, stderr } = await place.network.ask(asked)
  if (status !== 0) throw remoteFailure(place, remote, `reading its refs ended with ${status}: ${stderr}`)
  const found = new Map<string, string>()
  for (const line of stdout.toString().split('\n')) {
    const [oid = '', ref = ''] = line.split('\t')
    // What Git is asked for may be the end of a name, too.
    const wanted = refs.some((one) => (one.endsWith('*') ? ref.startsWith(one.slice(0, -1)) : ref === one))
    if (wanted) found.set(ref, oid)
  }
  return found
}

/** Why a remote could not be called: what is here or what came was not sound, or it did not come. */
export function remoteFailure(
  { directory, gitDirectory }: Pick<NetworkPlace, 'directory' | 'gitDirectory'>,
  remote: string,
  how: string,
): GitError {
  const said = withoutSecrets(how)
  // What the other end says of its own is marked.
  const [, ref] = /(?<!remote: )fatal: bad object (refs\/\S+)/.exec(said) ?? []
  if (ref !== undefined || said.includes(`${gitDirectory}/objects/`)) {
    const what = ref === undefined ? 'an object' : `what ${ref} stands at`
    return new GitError(
      'OBJECT_CORRUPT',
      `${what} in ${directory} itself is missing or not sound, and nothing can be fetched or pushed before it is put right: ` +
        `${said}; run git fsck here, and put back the object or delete the ref; the remote ${remote} has no part in it`,
    )
  }
  if (/fsck error|is corrupt|invalid .*pack|inflate|did not send all necessary|index-pack (died|failed)/.test(said)) {
    return new GitError(
      'OBJECT_CORRUPT',
      `what the remote ${remote} of ${directory} sends is not sound: ${said}; run git fsck there; no run was touched here`,
    )
  }
  if (/mismatched algorithms|this repository's (object format|hash algorithm)/.test(said)) {
    return new GitError(
      'FORMAT_MISMATCH',
      `the remote ${remote} of ${directory} has another object format: ${said}; runs go to repositories of their own format`,
    )
  }
  return new GitError(
    'REMOTE_FAILED',
    `the remote ${remote} of ${directory} cannot be reached, or broke off: ${said}; no run was touched here, try again`,
  )
}
