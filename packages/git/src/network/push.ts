// Pushes a run: its ref, the branch of its machine, and its snapshots. Nothing is forced. If a push was not taken, or lost
// its connection, the remote's refs tell its result, and whether others were moving them.

import { GitError } from '../git-error.ts'
import { pause } from '../process/pause.ts'
import { isAncestor } from '../read/ancestry.ts'
import { type FoundRun, findRun } from '../read/find-run.ts'
import { oidsAt } from '../read/history-range.ts'
import { type KeptSnapshot, listSnapshots } from '../read/kept-snapshots.ts'
import { readHead } from '../refs/read-head.ts'
import { machineRef, snapshotRefs } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { fetchToVerify } from './fetch.ts'
import { parsePush } from './push-report.ts'
import { type Remote, remoteFailure, remoteRefs } from './remote-calls.ts'
import { withoutSecrets } from './remotes.ts'
import { verifyFetched } from './verify-fetched.ts'

/** A run that was pushed: all of it up to here is at the remote. */
export interface PushedRun {
  readonly id: string
  readonly head: string
  readonly sequence: number
  /** Its head at the remote: the same, or a later one if somebody continued the run there. */
  readonly remoteHead: string
}

/** Pushes refs of one run to one remote. */
interface Pushing {
  readonly context: RepositoryContext
  readonly remote: Remote
  readonly run: FoundRun
}

/** How often to push while others keep moving the ref. */
const MOST_TRIES = 8
/** After so many pushes in a row between which nobody moved the ref, the remote refuses it. */
const MOST_REFUSALS = 3

/** Pushes a run. */
export async function pushRun(context: RepositoryContext, remote: Remote, id: string): Promise<PushedRun> {
  const run = await findRun(context, id)
  const pushing = { context, remote, run }
  const { ref, head, sequence } = run
  const machine = (await readHead(context, id))?.commit?.parent
  const wanted = new Map([[ref, head]])
  if (machine !== undefined) wanted.set(machineRef(run.machine), machine)
  const kept = listSnapshots(context, run)
  kept.catch(() => undefined)
  /** Where the ref was at the remote after the push before, and how often in a row. */
  let last: { readonly oid: string | undefined; readonly times: number } | undefined
  for (let tries = 1; ; tries++) {
    const failures = await push(pushing, wanted)
    const failure = failures.get(ref)
    const there = failure === undefined ? undefined : await readAfter(pushing, failure)
    const remoteHead = failure === undefined ? head : there?.upToDate
    if (failure === undefined || remoteHead !== undefined) {
      failures.delete(ref)
      await makeOthers(pushing, wanted, { failures, refs: [machineRef(run.machine)] })
      await pushSnapshots(pushing, await kept)
      return { id, head, sequence, remoteHead: remoteHead ?? head }
    }
    last = { oid: there?.oid, times: last !== undefined && last.oid === there?.oid ? last.times + 1 : 1 }
    if (failure.final || last.times === MOST_REFUSALS) throw failure.error
    if (tries === MOST_TRIES) throw keepsMoving(pushing, ref)
    await pause(tries)
  }
}

/** Up to this many refs are pushed by name: Git compares each name with all refs of both sides. */
const FEW_REFS = 100
/** How many names one call of Git is given at most. */
const MOST_NAMES = 1000

/** Only after the run: snapshots of a history that lost must not take the place of those of the history that won. */
async function pushSnapshots(pushing: Pushing, kept: readonly KeptSnapshot[]): Promise<void> {
  const { context, remote, run } = pushing
  if (!kept.some(({ sequence }) => sequence <= run.sequence)) return
  const under = snapshotRefs(run.machine.name, run.id)
  const there = await remoteRefs(context, remote, [`${under}*`])
  const missing = kept.filter(({ ref, oid }) => there.get(ref) !== oid)
  const due = await ofHistory(pushing, missing)
  const known = new Set(due)
  const others = missing.filter((one) => !known.has(one))
  // A pattern also pushes snapshots that are kept meanwhile.
  const byPattern = due.length > FEW_REFS && others.length <= MOST_NAMES
  const step = byPattern ? due.length : MOST_NAMES
  for (let from = 0; from < due.length; from += step) {
    const wanted = new Map(due.slice(from, from + step).map(({ ref, oid }) => [ref, oid]))
    const refspecs = byPattern ? [`${under}*:${under}*`, ...others.map(({ ref }) => `^${ref}`)] : undefined
    const failures = await push(pushing, wanted, refspecs)
    await makeOthers(pushing, wanted, { failures, refs: [`${under}*`], refspecs })
  }
}

/**
 * The snapshots that belong to the history of the run: not to one that was given up for it, and not to later batches.
 */
async function ofHistory({ context, run }: Pushing, snapshots: readonly KeptSnapshot[]): Promise<KeptSnapshot[]> {
  if (snapshots.length === 0) return []
  const sequences = snapshots.map(({ sequence }) => sequence)
  const batches = await oidsAt(context, run, sequences)
  const heads = await Promise.all(snapshots.map(({ oid }) => readHead(context, oid)))
  return snapshots.filter(({ sequence }, at) => {
    const parent = heads[at]?.commit?.parent
    return parent !== undefined && parent === batches.get(sequence)
  })
}

/** Why a ref is not known to point where it should at the remote. */
interface PushFailure {
  readonly error: GitError
  /** Whether another push would fail in the same way, whatever others do to the ref. */
  readonly final: boolean
}

async function push(
  pushing: Pushing,
  wanted: ReadonlyMap<string, string>,
  refspecs: readonly string[] = [...wanted].map(([ref, oid]) => `${oid}:${ref}`),
): Promise<Map<string, PushFailure>> {
  const { context, remote } = pushing
  const flags = ['--porcelain', '--no-follow-tags', '--recurse-submodules=no', '--no-signed', '--end-of-options']
  const { status, stdout, stderr } = await remote.git.ask(['push', ...flags, remote.name, ...refspecs])
  const reports = parsePush(stdout.toString())
  const failures = new Map<string, PushFailure>()
  for (const ref of wanted.keys()) {
    const report = reports.get(ref)
    if (report === undefined) {
      const error = remoteFailure(context, remote, `pushing to it ended with ${status}: ${stderr}`)
      failures.set(ref, { error, final: true })
    } else if (!report.taken) {
      failures.set(ref, { error: refused(pushing, ref, `${report.why} ${stderr}`), final: report.declined })
    }
  }
  return failures
}

/** Where the ref of a run is at the remote. */
interface RemoteHead {
  /** Undefined if the remote lacks the run. */
  readonly oid: string | undefined
  /** The run's head at the remote if that has all that was pushed; undefined if the remote has an earlier batch. */
  readonly upToDate: string | undefined
}

/**
 * Finds out the result of a push that was not reported as taken.
 * @throws {GitError} `HISTORY_DIVERGED`, or `REMOTE_FAILED` if the result cannot be known
 */
async function readAfter({ context, remote, run }: Pushing, failure: PushFailure): Promise<RemoteHead> {
  const { id, ref, head, sequence, machine } = run
  try {
    const there = (await remoteRefs(context, remote, [ref])).get(ref)
    if (there === undefined || there === head) return { oid: there, upToDate: there }
    // If the commit is here, the remote may have an earlier batch; if not, the remote has unknown batches.
    const isHere = (await context.read(there)) !== undefined
    if (isHere && (await isAncestor(context.git, { ancestor: there, head }))) return { oid: there, upToDate: undefined }
    const found = await fetchToVerify(context, remote, { id, name: machine.name })
    if (found === undefined) return { oid: undefined, upToDate: undefined }
    const candidate = { id, name: machine.name, head: found, local: { oid: head, sequence } }
    const [verdict] = await verifyFetched(context, [candidate])
    if (verdict instanceof GitError) {
      if (verdict.code === 'HISTORY_DIVERGED') context.runDiverged(ref, verdict)
      throw verdict
    }
    return { oid: found, upToDate: verdict?.is === 'ahead' || found === head ? found : undefined }
  } catch (thrown) {
    if (!(thrown instanceof GitError) || thrown.code !== 'REMOTE_FAILED') throw thrown
    throw new GitError(
      'REMOTE_FAILED',
      `it is not known whether the remote ${remote.name} took the run ${id} up to sequence ${sequence}: ${failure.error.message}; ` +
        `then: ${thrown.message}; push the run again once the remote can be reached: nothing is done twice`,
      { run: id, cause: thrown },
    )
  }
}

/**
 * Makes sure that other refs are at the remote, which are made once and never moved. Another push may be making the same
 * ones; if one points elsewhere, either that or the one here is wrong.
 */
async function makeOthers(
  pushing: Pushing,
  wanted: ReadonlyMap<string, string>,
  first: {
    readonly failures: ReadonlyMap<string, PushFailure>
    readonly refs: readonly string[]
    readonly refspecs?: readonly string[] | undefined
  },
): Promise<void> {
  const { context, remote, run } = pushing
  const { id, sequence, machine } = run
  let { failures } = first
  for (let tries = 1; failures.size > 0; tries++) {
    const there = await remoteRefs(context, remote, first.refs)
    const missing = new Map<string, string>()
    for (const [ref, failure] of failures) {
      const [found, due] = [there.get(ref), wanted.get(ref) as string]
      if (found === due) continue
      if (found !== undefined) {
        throw new GitError(
          ref === machineRef(machine) ? 'HISTORY_DIVERGED' : 'SNAPSHOT_MISMATCH',
          `${ref} is ${found} at the remote ${remote.name}, and ${due} in ${context.directory}; ` +
            `the run itself was pushed up to sequence ${sequence}: find out which of the two is wrong, and delete that one`,
          { run: id, sequence },
        )
      }
      if (failure.final || tries === MOST_REFUSALS) throw failure.error
      missing.set(ref, due)
    }
    if (missing.size === 0) return
    await pause(tries)
    failures = await push(pushing, missing, first.refspecs)
  }
}

function keepsMoving({ context, remote, run }: Pushing, ref: string): GitError {
  return new GitError(
    'REPOSITORY_LOCKED',
    `others keep moving ${ref} at the remote ${remote.name} of ${context.directory}; push the run again`,
    { run: run.id, sequence: run.sequence },
  )
}

function refused({ context, remote, run }: Pushing, ref: string, why: string): GitError {
  return new GitError(
    'REMOTE_REJECTED',
    `the remote ${remote.name} of ${context.directory} refuses ${ref}: ${withoutSecrets(why).trim()}; ask whoever runs it, or push elsewhere`,
    { run: run.id, sequence: run.sequence },
  )
}
