// Pushes a run: its ref, the branch of its machine, and its snapshots. Nothing is forced. What became of a push that was
// refused in a race, or whose connection broke, is read from the remote's ref.

import { GitError } from '../git-error.ts'
import { readCommit } from '../objects/commit.ts'
import { pause } from '../process/pause.ts'
import { isAncestor } from '../read/ancestry.ts'
import { findRun } from '../read/find-run.ts'
import { oidsAt } from '../read/history-range.ts'
import { listSnapshots } from '../read/kept-snapshots.ts'
import type { KeptSnapshot } from '../record/keep-snapshot.ts'
import { machineRef, snapshotRefs } from '../refs/ref-names.ts'
import type { FoundRun } from '../repository-context.ts'
import { fetchToLook } from './fetch.ts'
import { parsePush } from './push-report.ts'
import { type NetworkPlace, remoteFailure, remoteRefs } from './remote-calls.ts'
import { withoutSecrets } from './remotes.ts'
import { verifyFetched } from './verify-fetched.ts'

/** A run that was pushed: all of it up to here is at the remote. */
export interface PushedRun {
  readonly id: string
  readonly head: string
  readonly sequence: number
  /** Where it stands at the remote: there, or further, where somebody went on with it. */
  readonly remote: string
}

/** How often a push that lost a race, and may win the next, is made. */
const MOST_TRIES = 8

/** Pushes a run. */
export async function pushRun(place: NetworkPlace, remote: string, id: string): Promise<PushedRun> {
  await place.checkRemote(remote)
  const run = await findRun(place, id)
  const { ref, head, sequence } = run
  const genesis = await place.read(id)
  const machine = genesis === undefined ? undefined : readCommit(genesis)?.parent
  const wanted = new Map([[ref, head]])
  if (machine !== undefined) wanted.set(machineRef(run.machine), machine)
  const kept = listSnapshots(place, run.machine.name, id)
  kept.catch(() => undefined)
  for (let tries = 1; ; tries++) {
    const pushed = await push(place, remote, run, wanted)
    const failure = pushed.failures.get(ref)
    const stands = failure === undefined ? head : await settle(place, remote, run, failure)
    if (stands !== undefined) {
      pushed.failures.delete(ref)
      await checkOthers(place, remote, run, wanted, pushed.failures, [machineRef(run.machine)])
      await pushSnapshots(place, remote, run, await kept)
      return { id, head, sequence, remote: stands }
    }
    if (!pushed.inRace || tries === MOST_TRIES) throw failure
    await pause(tries)
  }
}

/** So many refs are pushed by their names: Git holds each name against all refs that there are, here and there. */
const FEW = 100
/** How many names one call of Git is given at most. */
const MOST_NAMES = 1000

/** Only once the run is there: snapshots of a history that lost must not stand in the way of those of the one that won. */
async function pushSnapshots(
  place: NetworkPlace,
  remote: string,
  run: FoundRun,
  kept: readonly KeptSnapshot[],
): Promise<void> {
  if (!kept.some(({ sequence }) => sequence <= run.sequence)) return
  const under = snapshotRefs(run.machine.name, run.id)
  const there = await remoteRefs(place, remote, [`${under}*`])
  const missing = kept.filter(({ ref, oid }) => there.get(ref) !== oid)
  const due = await ofHistory(place, run, missing)
  const known = new Set(due)
  const others = missing.filter((one) => !known.has(one))
  // What is kept meanwhile goes with those that a pattern names.
  const byPattern = due.length > FEW && others.length <= MOST_NAMES
  const step = byPattern ? due.length : MOST_NAMES
  for (let from = 0; from < due.length; from += step) {
    const wanted = new Map(due.slice(from, from + step).map(({ ref, oid }) => [ref, oid]))
    const refspecs = byPattern ? [`${under}*:${under}*`, ...others.map(({ ref }) => `^${ref}`)] : undefined
    const { failures } = await push(place, remote, run, wanted, refspecs)
    await checkOthers(place, remote, run, wanted, failures, [`${under}*`])
  }
}

/** Those that are of the history of the run, and not of one that was given up for it, or not yet. */
async function ofHistory(
  place: NetworkPlace,
  run: FoundRun,
  snapshots: readonly KeptSnapshot[],
): Promise<KeptSnapshot[]> {
  if (snapshots.length === 0) return []
  const sequences = snapshots.map(({ sequence }) => sequence)
  const batches = await oidsAt(place, run, sequences)
  const commits = await Promise.all(snapshots.map(async ({ oid }) => await place.read(oid)))
  return snapshots.filter(({ sequence }, at) => {
    const commit = commits[at]
    const parent = commit === undefined ? undefined : readCommit(commit)?.parent
    return parent !== undefined && parent === batches.get(sequence)
  })
}

interface Pushed {
  /** By ref, where it is not known to stand at the remote where it should. */
  readonly failures: Map<string, GitError>
  /** Whether the run's ref was being moved by others. */
  readonly inRace: boolean
}

async function push(
  place: NetworkPlace,
  remote: string,
  run: FoundRun,
  wanted: ReadonlyMap<string, string>,
  refspecs: readonly string[] = [...wanted].map(([ref, oid]) => `${oid}:${ref}`),
): Promise<Pushed> {
  const flags = ['--porcelain', '--no-follow-tags', '--recurse-submodules=no', '--no-signed', '--end-of-options']
  const { status, stdout, stderr } = await place.network.ask(['push', ...flags, remote, ...refspecs])
  const reports = parsePush(stdout.toString())
  const failures = new Map<string, GitError>()
  for (const ref of wanted.keys()) {
    const report = reports.get(ref)
    if (report?.is === 'taken') continue
    const failure =
      report === undefined
        ? remoteFailure(place, remote, `pushing to it ended with ${status}: ${stderr}`)
        : refused(place, remote, ref, `${report.why} ${stderr}`, run)
    failures.set(ref, failure)
  }
  return { failures, inRace: reports.get(run.ref)?.is === 'in race' }
}

/**
 * What became of a push that was not taken.
 * @returns where the run stands at the remote, which has all that was pushed; undefined where it has an earlier batch
 * @throws {GitError} `HISTORY_DIVERGED`, or that it cannot be known
 */
async function settle(
  place: NetworkPlace,
  remote: string,
  run: FoundRun,
  failure: GitError,
): Promise<string | undefined> {
  const { id, ref, head, sequence, machine } = run
  try {
    const stands = (await remoteRefs(place, remote, [ref])).get(ref)
    if (stands === undefined || stands === head) return stands
    // What is here was held, and the remote may have an earlier batch of it; else it has what is not known yet.
    if ((await place.read(stands)) !== undefined && (await isAncestor(place.git, stands, head))) return undefined
    const found = await fetchToLook(place, remote, { id, name: machine.name })
    if (found === undefined) return undefined
    const fetched = { id, name: machine.name, head: found, local: { oid: head, sequence } }
    const [verdict] = await verifyFetched(place, [fetched])
    if (verdict instanceof GitError) {
      if (verdict.code === 'HISTORY_DIVERGED') place.onDiverged(ref, verdict)
      throw verdict
    }
    if (verdict?.is === 'ahead' || found === head) return found
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof GitError) || thrown.code !== 'REMOTE_FAILED') throw thrown
    throw new GitError(
      'REMOTE_FAILED',
      `it is not known whether the remote ${remote} took the run ${id} up to sequence ${sequence}: ${failure.message}; ` +
        `and then: ${thrown.message}; push it again once the remote can be reached: nothing is done twice`,
      { run: id, cause: thrown },
    )
  }
}

/**
 * Refs beside that of the run, which were not taken: the remote has the very same, or something is wrong with them.
 * @param refs what to ask the remote for
 */
async function checkOthers(
  place: NetworkPlace,
  remote: string,
  { id, sequence, machine }: FoundRun,
  wanted: ReadonlyMap<string, string>,
  failures: ReadonlyMap<string, GitError>,
  refs: readonly string[],
): Promise<void> {
  if (failures.size === 0) return
  const there = await remoteRefs(place, remote, refs)
  for (const [ref, failure] of failures) {
    const found = there.get(ref)
    if (found === wanted.get(ref)) continue
    if (found === undefined) throw failure
    throw new GitError(
      ref === machineRef(machine) ? 'HISTORY_DIVERGED' : 'SNAPSHOT_MISMATCH',
      `the remote ${remote} of ${place.directory} has ${ref} at ${found}, and here it is ${String(wanted.get(ref))}; ` +
        `the run itself was pushed up to sequence ${sequence}: find out which of the two is not of the run, and put it right`,
      { run: id, sequence },
    )
  }
}

function refused({ directory }: NetworkPlace, remote: string, ref: string, why: string, run: FoundRun): GitError {
  return new GitError(
    'REMOTE_REJECTED',
    `the remote ${remote} of ${directory} does not take ${ref}: ${withoutSecrets(why).trim()}; ask who runs it, or push elsewhere`,
    { run: run.id, sequence: run.sequence },
  )
}
