// Pushes a run: its ref, the branch of its machine, and its snapshots. Nothing is forced. If a push was refused in a
// race, or lost its connection, the remote's ref tells its result.

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

/** How often to repeat a push that lost a race, and may win the next. */
const MOST_TRIES = 8

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
  for (let tries = 1; ; tries++) {
    const pushed = await push(pushing, wanted)
    const failure = pushed.failures.get(ref)
    const remoteHead = failure === undefined ? head : await headAfter(pushing, failure)
    if (remoteHead !== undefined) {
      pushed.failures.delete(ref)
      await checkOthers(pushing, wanted, { failures: pushed.failures, refs: [machineRef(run.machine)] })
      await pushSnapshots(pushing, await kept)
      return { id, head, sequence, remoteHead }
    }
    if (!pushed.inRace || tries === MOST_TRIES) throw failure
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
    const { failures } = await push(pushing, wanted, refspecs)
    await checkOthers(pushing, wanted, { failures, refs: [`${under}*`] })
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

interface Pushed {
  /** By ref, if it is not known to point where it should at the remote. */
  readonly failures: Map<string, GitError>
  /** Whether others were moving the run's ref. */
  readonly inRace: boolean
}

async function push(
  pushing: Pushing,
  wanted: ReadonlyMap<string, string>,
  refspecs: readonly string[] = [...wanted].map(([ref, oid]) => `${oid}:${ref}`),
): Promise<Pushed> {
  const { context, remote, run } = pushing
  const flags = ['--porcelain', '--no-follow-tags', '--recurse-submodules=no', '--no-signed', '--end-of-options']
  const { status, stdout, stderr } = await remote.git.ask(['push', ...flags, remote.name, ...refspecs])
  const reports = parsePush(stdout.toString())
  const failures = new Map<string, GitError>()
  for (const ref of wanted.keys()) {
    const report = reports.get(ref)
    if (report?.result === 'taken') continue
    const failure =
      report === undefined
        ? remoteFailure(context, remote, `pushing to it ended with ${status}: ${stderr}`)
        : refused(pushing, ref, `${report.why} ${stderr}`)
    failures.set(ref, failure)
  }
  return { failures, inRace: reports.get(run.ref)?.result === 'in race' }
}

/**
 * Finds out the result of a push that was not reported as taken.
 * @returns the run's head at the remote, which has all that was pushed; undefined if the remote has an earlier batch
 * @throws {GitError} `HISTORY_DIVERGED`, or `REMOTE_FAILED` if the result cannot be known
 */
async function headAfter({ context, remote, run }: Pushing, failure: GitError): Promise<string | undefined> {
  const { id, ref, head, sequence, machine } = run
  try {
    const there = (await remoteRefs(context, remote, [ref])).get(ref)
    if (there === undefined || there === head) return there
    // If the commit is here, the remote may have an earlier batch; if not, the remote has unknown batches.
    const isHere = (await context.read(there)) !== undefined
    if (isHere && (await isAncestor(context.git, { ancestor: there, head }))) return undefined
    const found = await fetchToVerify(context, remote, { id, name: machine.name })
    if (found === undefined) return undefined
    const candidate = { id, name: machine.name, head: found, local: { oid: head, sequence } }
    const [verdict] = await verifyFetched(context, [candidate])
    if (verdict instanceof GitError) {
      if (verdict.code === 'HISTORY_DIVERGED') context.runDiverged(ref, verdict)
      throw verdict
    }
    return verdict?.is === 'ahead' || found === head ? found : undefined
  } catch (thrown) {
    if (!(thrown instanceof GitError) || thrown.code !== 'REMOTE_FAILED') throw thrown
    throw new GitError(
      'REMOTE_FAILED',
      `it is not known whether the remote ${remote.name} took the run ${id} up to sequence ${sequence}: ${failure.message}; ` +
        `then: ${thrown.message}; push the run again once the remote can be reached: nothing is done twice`,
      { run: id, cause: thrown },
    )
  }
}

/** Checks the other refs that were not taken: either the remote has the same, or one of the two is wrong. */
async function checkOthers(
  { context, remote, run }: Pushing,
  wanted: ReadonlyMap<string, string>,
  { failures, refs }: { readonly failures: ReadonlyMap<string, GitError>; readonly refs: readonly string[] },
): Promise<void> {
  if (failures.size === 0) return
  const { id, sequence, machine } = run
  const there = await remoteRefs(context, remote, refs)
  for (const [ref, failure] of failures) {
    const found = there.get(ref)
    if (found === wanted.get(ref)) continue
    if (found === undefined) throw failure
    throw new GitError(
      ref === machineRef(machine) ? 'HISTORY_DIVERGED' : 'SNAPSHOT_MISMATCH',
      `${ref} is ${found} at the remote ${remote.name}, and ${String(wanted.get(ref))} in ${context.directory}; ` +
        `the run itself was pushed up to sequence ${sequence}: find out which of the two is wrong, and delete that one`,
      { run: id, sequence },
    )
  }
}

function refused({ context, remote, run }: Pushing, ref: string, why: string): GitError {
  return new GitError(
    'REMOTE_REJECTED',
    `the remote ${remote.name} of ${context.directory} refuses ${ref}: ${withoutSecrets(why).trim()}; ask whoever runs it, or push elsewhere`,
    { run: run.id, sequence: run.sequence },
  )
}
