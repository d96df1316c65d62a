// Fetches runs. What arrives lands under refs/fetched and is verified there. Only then the refs of runs move, by
// compare-and-swap and never back.
//
//   git fetch ─► refs/fetched/REMOTE/… ─► verify ─► machine branch ─► move the run's ref ─► snapshots

import { GitError } from '../git-error.ts'
import { isMachineName } from '../machines.ts'
import { decodeGenesisMessage } from '../objects/genesis-commit.ts'
import { isOid } from '../objects/object-id.ts'
import { isGenesisMade } from '../read/find-run.ts'
import { fetchedRuns, fetchedSnapshots, RUNS, runRef, SNAPSHOTS } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { fetchRefs, type Remote } from './remote-calls.ts'
import { type FetchedRun, takeRuns } from './take-runs.ts'
import { listFetchedSnapshots, type TakenRun, takeSnapshots } from './take-snapshots.ts'
import type { RemoteRun } from './verify-fetched.ts'

/** Fetches one run. */
export async function fetchRun(context: RepositoryContext, remote: Remote, id: string): Promise<FetchedRun> {
  const known = await machineNameOf(context, id)
  if (known === undefined) {
    await fetchRefs(context, remote, { refspecs: [`+${RUNS}*/${id}:${fetchedRuns(remote.name)}*/${id}`] })
  }
  let name = known ?? (await machineNameOf(context, id))
  // The remote sends no object that refs here say is here.
  if (name === undefined && (await isGenesisMade(context, id))) name = await machineNameOf(context, id)
  if (name === undefined) throw missing(context, remote, id)
  // As long as the machine was unknown, so was the place of the snapshots.
  const specs = known === undefined ? [] : [runSpec(remote, { name, id })]
  const head = await fetchTo(context, remote, {
    run: { id, name },
    refspecs: [...specs, snapshotSpec(remote, `${name}/${id}/`)],
  })
  if (head === undefined) throw missing(context, remote, id)
  const found = { id, name, head }
  const [[run], snapshots] = await Promise.all([
    takeRuns(context, [found]) as Promise<[FetchedRun]>,
    listFetchedSnapshots(context, remote, `${name}/${id}/`),
  ])
  if (run.error !== undefined) throw run.error
  const failures = await takeSnapshots(context, remote, { runs: takenRuns(found, run), printed: snapshots })
  const failure = failures.get(id)
  if (failure !== undefined) throw failure
  return run
}

/** Fetches all runs of a remote. A run that cannot be taken has an error, and the others are taken. */
export async function fetchAll(context: RepositoryContext, remote: Remote): Promise<readonly FetchedRun[]> {
  const under = fetchedRuns(remote.name)
  await fetchRefs(context, remote, { refspecs: [`+${RUNS}*:${under}*`, snapshotSpec(remote, '')] })
  const printed = await context.git.run(['for-each-ref', '--format=%(objectname) %(refname)', under])
  const found: RemoteRun[] = []
  for (const line of printed.toString().split('\n')) {
    const [head = '', ref = ''] = line.split(' ')
    const [name = '', id, ...more] = ref.slice(under.length).split('/')
    // Other refs belong to somebody else.
    if (isMachineName(name, '1') && isOid(id, context.format) && more.length === 0) found.push({ id, name, head })
  }
  const fetched = await takeRuns(context, found)
  const runs = fetched.flatMap((run, at) => takenRuns(found[at] as RemoteRun, run))
  const failures = await takeSnapshots(context, remote, {
    runs,
    printed: await listFetchedSnapshots(context, remote, ''),
  })
  return fetched.map((run) => ({ ...run, error: run.error ?? failures.get(run.id) }))
}

/** Fetches a run into `refs/fetched`, and no further; resolves with its head at the remote. */
export async function fetchToVerify(
  context: RepositoryContext,
  remote: Remote,
  run: { readonly id: string; readonly name: string },
): Promise<string | undefined> {
  return await fetchTo(context, remote, { run, refspecs: [runSpec(remote, run)] })
}

/** A run whose snapshots may be taken, if it was taken itself. */
function takenRuns({ id, name }: RemoteRun, { error, head, sequence }: FetchedRun): TakenRun[] {
  return error === undefined && head !== undefined ? [{ id, name, head, sequence }] : []
}

async function fetchTo(
  context: RepositoryContext,
  remote: Remote,
  {
    run: { id, name },
    refspecs,
  }: {
    readonly run: { readonly id: string; readonly name: string }
    readonly refspecs: readonly string[]
  },
): Promise<string | undefined> {
  // Negotiating with the run itself is enough; by default Git would offer all runs that are here.
  const tip = (await context.read(runRef(name, id)))?.oid
  await fetchRefs(context, remote, { refspecs, tip })
  return (await context.read(`${fetchedRuns(remote.name)}${name}/${id}`))?.oid
}

/**
 * A pattern, not the ref itself: if the remote lacks the ref, Git does not fail, and removes what was fetched before.
 */
function runSpec(remote: Remote, { name, id }: { readonly name: string; readonly id: string }): string {
  return `+${RUNS}${name}/${id}*:${fetchedRuns(remote.name)}${name}/${id}*`
}

function snapshotSpec(remote: Remote, under: string): string {
  return `+${SNAPSHOTS}${under}*:${fetchedSnapshots(remote.name)}${under}*`
}

/** The name of the machine of a run, if its genesis is here. */
async function machineNameOf({ read }: RepositoryContext, id: string): Promise<string | undefined> {
  const genesis = await read(id)
  return genesis === undefined ? undefined : decodeGenesisMessage(genesis)?.name
}

function missing({ directory }: RepositoryContext, remote: Remote, id: string): GitError {
  const why = `the remote ${remote.name} of ${directory} has no run ${id}`
  return new GitError('RUN_MISSING', `${why}; push it from a repository that has it; nothing was changed here`, {
    run: id,
  })
}
