// Takes fetched snapshots. Each is compared with its run, as far as that needs no machine, and kept if there is none
// yet. A snapshot that is here is never moved.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asGitError, GitError } from '../git-error.ts'
import { readGenesis } from '../objects/genesis-commit.ts'
import { encodeSnapshot, readSnapshot } from '../objects/snapshot-commit.ts'
import { oidsAt } from '../read/history-range.ts'
import { RefMismatch } from '../refs/ref-moves.ts'
import { fetchedSnapshots, SNAPSHOTS, sequenceIn, snapshotRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import type { RepositoryContext } from '../repository-context.ts'
import type { Remote } from './remote-calls.ts'

/** A run whose snapshots are taken. */
export interface TakenRun {
  readonly id: string
  readonly name: string
  /** Its head here now. */
  readonly head: string
  readonly sequence: number
}

interface FetchedSnapshot {
  readonly at: number
  readonly oid: string
}

/**
 * Lists the refs of snapshots, here and as a remote has them; runs while the runs are verified.
 * @param under the path of one run, or empty for all runs
 * @returns what Git prints
 */
export async function listFetchedSnapshots(
  context: RepositoryContext,
  { name }: Remote,
  under: string,
): Promise<string> {
  const prefixes = [`${fetchedSnapshots(name)}${under}`, `${SNAPSHOTS}${under}`]
  if (under !== '' && !(await mayHaveArrived(context, prefixes[0] as string))) return ''
  return (await context.git.run(['for-each-ref', '--format=%(objectname) %(refname)', ...prefixes])).toString()
}

/**
 * Whether a fetch may have brought refs under a prefix. Fetched refs are files until Git packs them, and most runs have
 * no snapshots: looking into a folder is far cheaper than starting a process. Refs that were packed before they were
 * taken are taken with the next snapshot that arrives, or when all runs are fetched.
 */
async function mayHaveArrived({ gitDirectory }: RepositoryContext, prefix: string): Promise<boolean> {
  const isFilled = async (path: string): Promise<boolean> =>
    (await readdir(join(gitDirectory, path)).catch(() => [])).length > 0
  // If refs are kept in tables, a folder does not tell.
  return (await isFilled(prefix)) || (await isFilled('reftable'))
}

/**
 * Takes the snapshots of fetched runs. A snapshot that cannot be taken does not affect the others.
 * @param printed what `listFetchedSnapshots` found
 * @returns the first failure of each run, by its id: `SNAPSHOT_MISMATCH` if a snapshot does not belong to its run, or
 *   differs from the one that is here
 */
export async function takeSnapshots(
  context: RepositoryContext,
  remote: Remote,
  { runs, printed }: { readonly runs: readonly TakenRun[]; readonly printed: string },
): Promise<Map<string, GitError>> {
  const failures = new Map<string, GitError>()
  for (const [run, due] of listDue(remote, runs, printed)) {
    try {
      const failure = await takeSnapshotsOf(context, remote, { run, due })
      if (failure !== undefined) failures.set(run.id, failure)
    } catch (thrown) {
      failures.set(run.id, asGitError(thrown, 'taking what was fetched', { run: run.id }))
    }
  }
  return failures
}

/** The snapshots to take, by run. */
function listDue({ name }: Remote, runs: readonly TakenRun[], printed: string): Map<TakenRun, FetchedSnapshot[]> {
  const due = new Map<TakenRun, FetchedSnapshot[]>()
  if (printed === '') return due
  const fetched = fetchedSnapshots(name)
  const lines = printed.split('\n').map((line) => line.split(' ') as [string, string?])
  const here = new Map(lines.map(([oid, ref]) => [ref, oid]))
  const byPath = new Map(runs.map((run) => [`${run.name}/${run.id}`, run]))
  for (const [oid, ref = ''] of lines) {
    if (!ref.startsWith(fetched)) continue
    const path = ref.slice(fetched.length)
    const run = byPath.get(path.slice(0, path.lastIndexOf('/')))
    const at = sequenceIn(path.slice(path.lastIndexOf('/') + 1))
    // A snapshot of a batch that is not here is taken together with that batch.
    if (run === undefined || at === undefined || at > run.sequence) continue
    if (here.get(snapshotRef(run.name, run.id, at)) === oid) continue
    const known = due.get(run)
    if (known === undefined) due.set(run, [{ at, oid }])
    else known.push({ at, oid })
  }
  return due
}

/** How many snapshots are checked at once: each is held in memory with its state. */
const MOST_AT_ONCE = 100

/** Takes the snapshots of a run; resolves with the first failure. */
async function takeSnapshotsOf(
  context: RepositoryContext,
  remote: Remote,
  { run, due }: { readonly run: TakenRun; readonly due: readonly FetchedSnapshot[] },
): Promise<GitError | undefined> {
  const refOf = ({ at }: FetchedSnapshot): string => snapshotRef(run.name, run.id, at)
  const refused = (snapshot: FetchedSnapshot, why: string): GitError =>
    new GitError(
      'SNAPSHOT_MISMATCH',
      `${refOf(snapshot)} of the remote ${remote.name} was not taken: ${why}; the run itself was taken, up to sequence ${run.sequence}`,
      { run: run.id, sequence: snapshot.at },
    )
  const failures: GitError[] = []
  const sound: FetchedSnapshot[] = []
  const problemOf = await snapshotChecker(context, run, due)
  for (let from = 0; from < due.length; from += MOST_AT_ONCE) {
    const some = due.slice(from, from + MOST_AT_ONCE)
    const problems = await Promise.all(some.map(problemOf))
    for (const [nth, snapshot] of some.entries()) {
      const problem = problems[nth]
      if (problem === undefined) sound.push(snapshot)
      else failures.push(refused(snapshot, problem))
    }
  }
  const moved = await context.mover.move(
    sound.map((snapshot) => ({ ref: refOf(snapshot), to: snapshot.oid, from: undefined })),
  )
  for (const [nth, failure] of moved.entries()) {
    if (failure instanceof RefMismatch) {
      const here = `in ${context.directory} it is ${String(failure.found)}`
      const why = `${here}, and one of the two was not made from the history: verify() finds out which`
      failures.push(refused(sound[nth] as FetchedSnapshot, why))
    } else if (failure !== undefined) failures.push(failure)
  }
  await syncRefs(context.gitDirectory, sound.filter((_, nth) => moved[nth] === undefined).map(refOf))
  return failures[0]
}

/** Says what is wrong with a snapshot: it must be, to the last byte, a snapshot of a batch of its run. */
async function snapshotChecker(
  context: RepositoryContext,
  run: TakenRun,
  due: readonly FetchedSnapshot[],
): Promise<(snapshot: FetchedSnapshot) => Promise<string | undefined>> {
  const { record, files } = await readGenesis(context, run.id)
  const { machine, createdAt } = record
  const common = { format: context.format, machine, createdAt, files }
  const sequences = due.map(({ at }) => at)
  const batches = await oidsAt(context, run, sequences)

  async function problemOf({ at, oid }: FetchedSnapshot): Promise<string | undefined> {
    const snapshot = await readSnapshot(context, oid)
    if (typeof snapshot === 'string') return snapshot
    const { parent, position, status, state } = snapshot
    if (batches.get(at) !== parent) return `it does not belong to sequence ${at} of the history of the run`
    const encoded = encodeSnapshot({ ...common, parent, sequence: at, position, status, state })
    return encoded.oid === oid ? undefined : `what it holds would give the oid ${encoded.oid}`
  }

  return async (snapshot) => {
    try {
      return await problemOf(snapshot)
    } catch (thrown) {
      return `it cannot be read: ${(thrown as Error).message}`
    }
  }
}
