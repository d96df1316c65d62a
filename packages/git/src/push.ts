// Pushes a run: its ref, the branch of its machine, and its snapshots. Nothing is forced. What became of a push that was
// refused in a race, or whose connection broke, is read from the remote's ref.

import { isAncestor } from './ancestry.ts'
import { readCommit } from './commit-text.ts'
import { fetchToLook } from './fetch.ts'
import { verifyFetched } from './fetched-runs.ts'
import { GitError } from './git-error.ts'
import { type NetworkPlace, remoteFailure, remoteRefs } from './network.ts'
import { findRun } from './open-run.ts'
import { listSnapshots } from './open-snapshot.ts'
import { parsePush } from './push-report.ts'
import type { FoundRun } from './reading-place.ts'
import { machineRef } from './ref-names.ts'
import { withoutSecrets } from './remotes.ts'

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
  const wanted = await wantedRefs(place, run)
  const { ref, head, sequence } = run
  for (let tries = 1; ; tries++) {
    const { reports, end } = await push(place, remote, wanted)
    const report = reports.get(ref)
    let stands: string | undefined = head
    if (report?.taken !== true) {
      const failure = end ?? refused(place, remote, ref, report?.why ?? '', run)
      stands = await settle(place, remote, run, failure)
      if (stands === undefined) {
        if (end !== undefined || report?.inRace !== true || tries === MOST_TRIES) throw failure
        await pause(tries)
        continue
      }
    }
    wanted.delete(ref)
    await checkOthers(place, remote, run, new Map([...wanted].filter(([other]) => reports.get(other)?.taken !== true)))
    return { id, head, sequence, remote: stands }
  }
}

/** The refs of a run, and what they are to be at the remote. */
async function wantedRefs(
  place: NetworkPlace,
  { id, ref, head, sequence, machine }: FoundRun,
): Promise<Map<string, string>> {
  const genesis = await place.read(id)
  const machineOid = genesis === undefined ? undefined : readCommit(genesis)?.parent
  const wanted = new Map([[ref, head]])
  if (machineOid !== undefined) wanted.set(machineRef(machine), machineOid)
  for (const snapshot of await listSnapshots(place, machine.name, id)) {
    if (snapshot.at <= sequence) wanted.set(snapshot.ref, snapshot.oid)
  }
  return wanted
}

async function push({ network }: NetworkPlace, remote: string, wanted: ReadonlyMap<string, string>) {
  const flags = [
    '--porcelain',
    '--no-follow-tags',
    '--recurse-submodules=no',
    '--no-signed',
    '--end-of-options',
    remote,
  ]
  const refspecs = [...wanted].map(([ref, oid]) => `${oid}:${ref}`)
  const { status, stdout, stderr } = await network.ask(['push', ...flags, ...refspecs])
  const reports = parsePush(stdout.toString())
  const told = [...wanted.keys()].every((ref) => reports.get(ref)?.told === true)
  // Where each ref was answered for, nothing broke off.
  const end = told ? undefined : remoteFailure(network, remote, `pushing to it ended with ${status}: ${stderr}`)
  return { reports, end }
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

/** Refs beside that of the run, which were not taken: the remote has the very same, or something is wrong with them. */
async function checkOthers(
  place: NetworkPlace,
  remote: string,
  run: FoundRun,
  others: ReadonlyMap<string, string>,
): Promise<void> {
  if (others.size === 0) return
  const there = await remoteRefs(place, remote, [...others.keys()])
  for (const [ref, oid] of others) {
    const found = there.get(ref)
    if (found === oid) continue
    const { id, sequence } = run
    if (found === undefined) throw refused(place, remote, ref, 'it did not take it, and the run it has', run)
    const code = ref === machineRef(run.machine) ? 'HISTORY_DIVERGED' : 'SNAPSHOT_MISMATCH'
    throw new GitError(
      code,
      `the remote ${remote} of ${place.directory} has ${ref} at ${found}, and here it is ${oid}; the run itself was ` +
        `pushed up to sequence ${sequence}: find out which of the two was not made from the run, and put it right`,
      { run: id, sequence },
    )
  }
}

function refused({ directory }: NetworkPlace, remote: string, ref: string, why: string, run: FoundRun): GitError {
  return new GitError(
    'REMOTE_REJECTED',
    `the remote ${remote} of ${directory} does not take ${ref}: ${withoutSecrets(why)}; ask who runs it, or push elsewhere`,
    { run: run.id, sequence: run.sequence },
  )
}

/** Lets the others go first, longer each time and not in step with them. */
async function pause(tries: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** tries))
}
