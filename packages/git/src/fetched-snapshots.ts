// Snapshots that were fetched: each is held against the run that it is of, as far as that needs no machine, and kept
// where there is none. One that is here is never moved.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isAncestor } from './ancestry.ts'
import { readCommit, readGenesis, readTree } from './commit-text.ts'
import { GitError } from './git-error.ts'
import type { NetworkPlace } from './network.ts'
import { RefMismatch } from './ref-moves.ts'
import { fetchedSnapshots, runRef, SNAPSHOTS, snapshotRef } from './ref-names.ts'
import { syncRefs } from './ref-sync.ts'
import { snapshotObjects } from './snapshots.ts'

/** A run whose snapshots are taken. */
export interface TakenRun {
  readonly id: string
  readonly name: string
  readonly sequence: number
}

interface FetchedSnapshot {
  readonly run: TakenRun
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
 * Takes the snapshots of runs that were fetched.
 * @param printed the refs that there are
 * @throws {GitError} `SNAPSHOT_MISMATCH` where one is not of its run, or not the one that is here
 */
export async function takeSnapshots(
  place: NetworkPlace,
  remote: string,
  runs: readonly TakenRun[],
  printed: string,
): Promise<void> {
  const fetched = fetchedSnapshots(remote)
  if (printed === '') return
  const here = new Map<string, string>()
  const there: FetchedSnapshot[] = []
  const byPath = new Map(runs.map((run) => [`${run.name}/${run.id}`, run]))
  for (const line of printed.split('\n')) {
    const [oid = '', ref = ''] = line.split(' ')
    if (!ref.startsWith(fetched)) {
      here.set(ref, oid)
      continue
    }
    const path = ref.slice(fetched.length)
    const run = byPath.get(path.slice(0, path.lastIndexOf('/')))
    const at = Number(path.slice(path.lastIndexOf('/') + 1))
    // One of a batch that is not here comes with that batch.
    if (run !== undefined && Number.isSafeInteger(at) && at <= run.sequence) there.push({ run, at, oid })
  }
  const due = there.filter(({ run, at, oid }) => here.get(snapshotRef(run.name, run.id, at)) !== oid)
  for (const snapshot of due) await takeSnapshot(place, remote, snapshot)
  await syncRefs(
    place.gitDirectory,
    due.map(({ run, at }) => snapshotRef(run.name, run.id, at)),
  )
}

async function takeSnapshot(place: NetworkPlace, remote: string, snapshot: FetchedSnapshot): Promise<void> {
  const { run, at, oid } = snapshot
  const ref = snapshotRef(run.name, run.id, at)
  const refused = (why: string): GitError =>
    new GitError(
      'SNAPSHOT_MISMATCH',
      `${ref} of the remote ${remote} was not taken: ${why}; the run itself was, up to sequence ${run.sequence}`,
      { run: run.id, sequence: at },
    )
  const why = await problemOf(place, snapshot)
  if (why !== undefined) throw refused(why)
  const [failure] = await place.mover.move([{ ref, to: oid, from: undefined }])
  if (failure instanceof RefMismatch) {
    throw refused(
      `${String(failure.found)} stands there in ${place.directory}, and one of the two was not made from the history: verify() tells which`,
    )
  }
  if (failure !== undefined) throw failure
}

/** What is wrong with a snapshot: it must be, to the last byte, one of a batch of its run. */
async function problemOf(
  { git, read, format }: NetworkPlace,
  { run, at, oid }: FetchedSnapshot,
): Promise<string | undefined> {
  const object = await read(oid)
  const commit = object === undefined ? undefined : readCommit(object)
  const tree = commit === undefined ? undefined : await read(commit.tree)
  const batch = commit?.parent === undefined ? undefined : await read(commit.parent)
  const materialized = batch === undefined ? undefined : readCommit(batch)
  const genesisObject = await read(run.id)
  if (tree?.type !== 'tree' || batch === undefined || materialized === undefined || genesisObject === undefined) {
    return 'it is not a snapshot'
  }
  const genesis = await readGenesis(genesisObject, format, read)
  const of = materialized.committed - materialized.authored
  if (of !== at || materialized.tree !== genesis.tree) return `it is not one of sequence ${at}`
  if (!(await isAncestor(git, batch.oid, runRef(run.name, run.id)))) return 'its batch is not in the history of the run'
  const files = readTree(tree, format)
  const [about, state] = await Promise.all(
    ['snapshot.json', 'state.json'].map(async (name) => await read(files.get(name) ?? oid)),
  )
  const genesisTree = await read(genesis.tree)
  if (about?.type !== 'blob' || state?.type !== 'blob' || genesisTree === undefined) return 'it lacks a file'
  try {
    const { position, status } = JSON.parse(about.content.toString()) as { position: unknown; status: unknown }
    if (!Number.isSafeInteger(position) || (status !== 'active' && status !== 'done'))
      return 'its snapshot.json is none'
    const { machine, createdAt } = genesis.record
    const content = {
      format,
      machine,
      createdAt,
      files: readTree(genesisTree, format),
      parent: batch.oid,
      sequence: at,
    }
    const value: unknown = JSON.parse(state.content.toString())
    const made = snapshotObjects({ ...content, position: position as number, status: String(status), state: value }).at(
      -1,
    )
    return made?.oid === oid ? undefined : `from what it holds it would be ${String(made?.oid)}`
  } catch (thrown) {
    return `it cannot be read: ${(thrown as Error).message}`
  }
}
