// Fetches runs: what a remote has lands under refs/fetched, is verified there, and only then moves the refs of runs, by
// compare-and-swap and never back.
//
//   git fetch ─► refs/fetched/REMOTE/… ─► verified ─► machine branch ─► the run's ref moves ─► snapshots

import { GitError } from '../git-error.ts'
import { readCommit, readGenesisMessage } from '../objects/commit.ts'
import { isOid } from '../objects/object-id.ts'
import { fetchedRuns, fetchedSnapshots, isMachineName, RUNS, runRef, SNAPSHOTS } from '../refs/ref-names.ts'
import { fetchRefs, type NetworkPlace } from './remote-calls.ts'
import { type FetchedRun, type Found, takeRuns } from './take-runs.ts'
import { listFetchedSnapshots, type TakenRun, takeSnapshots } from './take-snapshots.ts'

/** Fetches one run. */
export async function fetchRun(place: NetworkPlace, remote: string, id: string): Promise<FetchedRun> {
  await place.checkRemote(remote)
  const known = await nameOf(place, id)
  if (known === undefined) await fetchRefs(place, remote, [`+${RUNS}*/${id}:${fetchedRuns(remote)}*/${id}`])
  const name = known ?? (await nameOf(place, id))
  if (name === undefined) throw missing(place, remote, id)
  // Where the machine was not known, there was no telling where the snapshots are.
  const specs = known === undefined ? [] : [runSpec(remote, name, id)]
  const head = await fetchTo(place, remote, { id, name }, [...specs, snapshotSpec(remote, `${name}/${id}/`)])
  if (head === undefined) throw missing(place, remote, id)
  const found = [{ id, name, head }] as const
  const [[run], snapshots] = await Promise.all([
    takeRuns(place, found) as Promise<[FetchedRun]>,
    listFetchedSnapshots(place, remote, `${name}/${id}/`),
  ])
  if (run.error !== undefined) throw run.error
  const failures = await takeSnapshots(place, remote, asTaken(found[0], run), snapshots)
  const failure = failures.get(id)
  if (failure !== undefined) throw failure
  return run
}

/** Fetches all runs of a remote; one that cannot be taken says so, and takes no other with it. */
export async function fetchAll(place: NetworkPlace, remote: string): Promise<readonly FetchedRun[]> {
  await place.checkRemote(remote)
  const under = fetchedRuns(remote)
  await fetchRefs(place, remote, [`+${RUNS}*:${under}*`, snapshotSpec(remote, '')])
  const printed = await place.git.run(['for-each-ref', '--format=%(objectname) %(refname)', under])
  const found: Found[] = []
  for (const line of printed.toString().split('\n')) {
    const [head = '', ref = ''] = line.split(' ')
    const [name = '', id, ...more] = ref.slice(under.length).split('/')
    // A ref that is not of a run is somebody else's.
    if (isMachineName(name, '1') && isOid(id, place.format) && more.length === 0) found.push({ id, name, head })
  }
  const runs = await takeRuns(place, found)
  const taken = runs.flatMap((run, at) => asTaken(found[at] as Found, run))
  const failures = await takeSnapshots(place, remote, taken, await listFetchedSnapshots(place, remote, ''))
  return runs.map((run) => ({ ...run, error: run.error ?? failures.get(run.id) }))
}

/** A run whose snapshots may be taken, where it was. */
function asTaken({ id, name }: Found, { error, head, sequence }: FetchedRun): TakenRun[] {
  return error === undefined && head !== undefined ? [{ id, name, head, sequence }] : []
}

/** Fetches a run to where it is looked at, and no further; answers with where it stands at the remote. */
export async function fetchToLook(
  place: NetworkPlace,
  remote: string,
  run: { readonly id: string; readonly name: string },
): Promise<string | undefined> {
  return await fetchTo(place, remote, run, [runSpec(remote, run.name, run.id)])
}

async function fetchTo(
  place: NetworkPlace,
  remote: string,
  { id, name }: { readonly id: string; readonly name: string },
  refspecs: readonly string[],
): Promise<string | undefined> {
  // What both have is found from the run itself, not from all the runs that are here.
  const tip = (await place.read(runRef(name, id)))?.oid
  await fetchRefs(place, remote, refspecs, tip)
  return (await place.read(`${fetchedRuns(remote)}${name}/${id}`))?.oid
}

/** A pattern rather than the very ref: Git takes it for no failure that the remote has none, and what is gone goes. */
function runSpec(remote: string, name: string, id: string): string {
  return `+${RUNS}${name}/${id}*:${fetchedRuns(remote)}${name}/${id}*`
}

function snapshotSpec(remote: string, under: string): string {
  return `+${SNAPSHOTS}${under}*:${fetchedSnapshots(remote)}${under}*`
}

/** The name of the machine of a run, where its genesis is here. */
async function nameOf({ read }: NetworkPlace, id: string): Promise<string | undefined> {
  const genesis = await read(id)
  const commit = genesis === undefined ? undefined : readCommit(genesis)
  return commit === undefined ? undefined : readGenesisMessage(commit.message)?.name
}

function missing({ directory }: NetworkPlace, remote: string, id: string): GitError {
  const why = `the remote ${remote} of ${directory} has no run ${id}`
  return new GitError('RUN_MISSING', `${why}; push it from where it is, and nothing was touched here`, { run: id })
}
