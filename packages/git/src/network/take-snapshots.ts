// Snapshots that were fetched: each is held against the run that it is of, as far as that needs no machine, and kept
// where there is none. One that is here is never moved.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asGitError, GitError } from '../git-error.ts'
import { readCommit, readGenesis, readTree } from '../objects/commit.ts'
import { readNeeded } from '../objects/object-reader.ts'
import { oidsAt } from '../read/history-range.ts'
import { snapshotObjects } from '../record/keep-snapshot.ts'
import { RefMismatch } from '../refs/ref-moves.ts'
import { fetchedSnapshots, SNAPSHOTS, snapshotRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import type { NetworkPlace } from './remote-calls.ts'

/** A run whose snapshots are taken. */
export interface TakenRun {
  readonly id: string
  readonly name: string
  /** Where it stands here now. */
  readonly head: string
  readonly sequence: number
}

interface FetchedSnapshot {
  readonly at: number
  readonly oid: string
}

/** The refs of snapshots here and as a remote has them, which are `under` a place or all; asked while runs are verified. */
export async function listFetchedSnapshots(place: NetworkPlace, remote: string, under: string): Promise<string> {
  const places = [`${fetchedSnapshots(remote)}${under}`, `${SNAPSHOTS}${under}`]
  if (under !== '' && !(await mayHaveCome(place, places[0] as string))) return ''
  return (await place.git.run(['for-each-ref', '--format=%(objectname) %(refname)', ...places])).toString()
}

/**
 * Whether a fetch may have brought something under a place. What it brings is in files until Git packs them, and most
 * runs have no snapshots: a look at a folder costs nothing beside starting a process. What was packed before it was taken
 * is taken with the next that comes, or when all runs are fetched.
 */
async function mayHaveCome({ gitDirectory }: NetworkPlace, under: string): Promise<boolean> {
  const there = (await readdir(join(gitDirectory, under)).catch(() => [])).length > 0
  // Where refs are kept in tables there is no telling.
  return there || (await readdir(join(gitDirectory, 'reftable')).catch(() => [])).length > 0
}

/**
 * Takes the snapshots of runs that were fetched; one that cannot be taken takes no other with it.
 * @param printed the refs that there are
 * @returns why not all of a run were taken, by its id: `SNAPSHOT_MISMATCH` where one is not of its run, or not the one
 *   that is here
 */
export async function takeSnapshots(
  place: NetworkPlace,
  remote: string,
  runs: readonly TakenRun[],
  printed: string,
): Promise<Map<string, GitError>> {
  const failures = new Map<string, GitError>()
  for (const [run, due] of listDue(remote, runs, printed)) {
    try {
      const failure = await takeSnapshotsOf(place, remote, run, due)
      if (failure !== undefined) failures.set(run.id, failure)
    } catch (thrown) {
      failures.set(run.id, asGitError(thrown, 'taking what was fetched', { run: run.id }))
    }
  }
  return failures
}

/** Which snapshots are to be taken, of which run. */
function listDue(remote: string, runs: readonly TakenRun[], printed: string): Map<TakenRun, FetchedSnapshot[]> {
  const due = new Map<TakenRun, FetchedSnapshot[]>()
  if (printed === '') return due
  const fetched = fetchedSnapshots(remote)
  const lines = printed.split('\n').map((line) => line.split(' ') as [string, string?])
  const here = new Map(lines.map(([oid, ref]) => [ref, oid]))
  const byPath = new Map(runs.map((run) => [`${run.name}/${run.id}`, run]))
  for (const [oid, ref = ''] of lines) {
    if (!ref.startsWith(fetched)) continue
    const path = ref.slice(fetched.length)
    const run = byPath.get(path.slice(0, path.lastIndexOf('/')))
    const at = Number(path.slice(path.lastIndexOf('/') + 1))
    // One of a batch that is not here comes with that batch.
    if (run === undefined || !Number.isSafeInteger(at) || at > run.sequence) continue
    if (here.get(snapshotRef(run.name, run.id, at)) === oid) continue
    const known = due.get(run)
    if (known === undefined) due.set(run, [{ at, oid }])
    else known.push({ at, oid })
  }
  return due
}

/** So many are looked at side by side: each is held in memory, with its state. */
const MOST_AT_ONCE = 100

/** Takes those of a run; answers why not all of them were taken. */
async function takeSnapshotsOf(
  place: NetworkPlace,
  remote: string,
  run: TakenRun,
  due: readonly FetchedSnapshot[],
): Promise<GitError | undefined> {
  const refOf = ({ at }: FetchedSnapshot): string => snapshotRef(run.name, run.id, at)
  const refused = (snapshot: FetchedSnapshot, why: string): GitError =>
    new GitError(
      'SNAPSHOT_MISMATCH',
      `${refOf(snapshot)} of the remote ${remote} was not taken: ${why}; the run itself was, up to sequence ${run.sequence}`,
      { run: run.id, sequence: snapshot.at },
    )
  const failures: GitError[] = []
  const sound: FetchedSnapshot[] = []
  const problemOf = await judgeOf(place, run, due)
  for (let from = 0; from < due.length; from += MOST_AT_ONCE) {
    const some = due.slice(from, from + MOST_AT_ONCE)
    const problems = await Promise.all(some.map(problemOf))
    for (const [nth, snapshot] of some.entries()) {
      const problem = problems[nth]
      if (problem === undefined) sound.push(snapshot)
      else failures.push(refused(snapshot, problem))
    }
  }
  const moved = await place.mover.move(
    sound.map((snapshot) => ({ ref: refOf(snapshot), to: snapshot.oid, from: undefined })),
  )
  for (const [nth, failure] of moved.entries()) {
    if (failure instanceof RefMismatch) {
      const stands = `${String(failure.found)} stands there in ${place.directory}`
      const why = `${stands}, and one of the two was not made from the history: verify() tells which`
      failures.push(refused(sound[nth] as FetchedSnapshot, why))
    } else if (failure !== undefined) failures.push(failure)
  }
  await syncRefs(place.gitDirectory, sound.filter((_, nth) => moved[nth] === undefined).map(refOf))
  return failures[0]
}

/** Says what is wrong with a snapshot of a run: it must be, to the last byte, one of a batch of it. */
async function judgeOf(
  place: NetworkPlace,
  run: TakenRun,
  due: readonly FetchedSnapshot[],
): Promise<(snapshot: FetchedSnapshot) => Promise<string | undefined>> {
  const { read, format } = place
  const where = { run: run.id, sequence: 0 }
  const genesis = await readGenesis(await readNeeded(place, run.id, where), format, read)
  const { machine, createdAt } = genesis.record
  const about = { format, machine, createdAt, files: readTree(await readNeeded(place, genesis.tree, where), format) }
  const sequences = due.map(({ at }) => at)
  const batches = await oidsAt(place, run, sequences)

  async function problemOf({ at, oid }: FetchedSnapshot): Promise<string | undefined> {
    const object = await read(oid)
    const commit = object === undefined ? undefined : readCommit(object)
    const tree = commit === undefined ? undefined : await read(commit.tree)
    const parent = commit?.parent
    if (tree?.type !== 'tree' || parent === undefined) return 'it is not a snapshot'
    if (batches.get(at) !== parent) return `it is not one of sequence ${at} of the history of the run`
    const files = readTree(tree, format)
    const [told, state] = await Promise.all(
      ['snapshot.json', 'state.json'].map(async (name) => await read(files.get(name) ?? oid)),
    )
    if (told?.type !== 'blob' || state?.type !== 'blob') return 'it lacks a file'
    const { position, status } = JSON.parse(told.content.toString()) as { position: unknown; status: unknown }
    if (!Number.isSafeInteger(position) || (status !== 'active' && status !== 'done'))
      return 'its snapshot.json is none'
    const value: unknown = JSON.parse(state.content.toString())
    const content = { ...about, parent, sequence: at, position: position as number, status, state: value }
    const made = snapshotObjects(content).at(-1)
    return made?.oid === oid ? undefined : `from what it holds it would be ${String(made?.oid)}`
  }

  return async (snapshot) => {
    try {
      return await problemOf(snapshot)
    } catch (thrown) {
      return `it cannot be read: ${(thrown as Error).message}`
    }
  }
}
