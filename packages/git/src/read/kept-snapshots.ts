// Reads the states that a repository keeps: the snapshots of a run, and the initial state of its genesis. None of them
// is replayed.

import { GitError } from '../git-error.ts'
import { readGenesis } from '../objects/genesis-commit.ts'
import { corrupt } from '../objects/object-stream.ts'
import { type DecodedSnapshot, readSnapshot } from '../objects/snapshot-commit.ts'
import { snapshotRefs } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { type FoundRun, findRun } from './find-run.ts'
import { checkSequence, oidAt } from './history-range.ts'

/** A snapshot that a repository keeps. */
export interface KeptSnapshot {
  readonly ref: string
  /** The oid of its commit: the same history gives the same oid, wherever the snapshot is made. */
  readonly oid: string
  readonly sequence: number
}

/** A state that a repository keeps. */
export interface KeptState {
  readonly sequence: number
  readonly state: unknown
  /** The oid of its blob, as in `run.toJSON()`. */
  readonly oid: string
  /** What keeps it: a snapshot, or the genesis, which keeps the initial state. */
  readonly keptBy: 'genesis' | 'snapshot'
  /** Whether the run was complete at that sequence; a genesis does not say. */
  readonly status: 'active' | 'done' | undefined
}

/** The snapshots of a run, the earliest first. */
export async function listSnapshots(
  { git }: RepositoryContext,
  { machine, id }: Pick<FoundRun, 'machine' | 'id'>,
): Promise<KeptSnapshot[]> {
  const under = snapshotRefs(machine.name, id)
  const printed = (await git.run(['for-each-ref', '--format=%(refname) %(objectname)', under])).toString()
  return printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [ref = '', oid = ''] = line.split(' ')
      return { ref, oid, sequence: Number(ref.slice(under.length)) }
    })
    .filter(({ sequence }) => Number.isInteger(sequence))
    .toSorted((one, other) => one.sequence - other.sequence)
}

/** Reads a kept snapshot; the sequence in its ref must be its own. */
async function readKept(context: RepositoryContext, id: string, kept: KeptSnapshot): Promise<DecodedSnapshot> {
  const where = { run: id, sequence: kept.sequence }
  const snapshot = await readSnapshot(context, kept.oid)
  if (typeof snapshot === 'string') throw corrupt(kept.oid, snapshot, where)
  if (snapshot.sequence !== kept.sequence) {
    throw corrupt(kept.oid, `it belongs to sequence ${String(snapshot.sequence)}, not to ${kept.sequence}`, where)
  }
  return snapshot
}

/**
 * The latest snapshot of a run, up to its head. Skips those of another history that this repository had before and gave
 * up.
 */
export async function latestSnapshot(
  context: RepositoryContext,
  found: FoundRun,
): Promise<(DecodedSnapshot & { readonly sequence: number }) | undefined> {
  const kept = await listSnapshots(context, found)
  for (const one of kept.toReversed()) {
    const { sequence } = one
    if (sequence > found.sequence) continue
    const snapshot = await readKept(context, found.id, one)
    if (snapshot.parent === (await oidAt(context, found, sequence))) return { ...snapshot, sequence }
  }
  return undefined
}

/** The state of a run at a sequence, if a snapshot or the genesis keeps it. */
export async function readStateAt(
  context: RepositoryContext,
  id: string,
  sequence: number,
): Promise<KeptState | undefined> {
  const found = await findRun(context, id)
  checkSequence(sequence, { what: 'sequence', most: found.sequence, end: found.sequence })
  const kept = (await listSnapshots(context, found)).find((one) => one.sequence === sequence)
  if (kept !== undefined) {
    const { parent, state, stateOid, status } = await readKept(context, id, kept)
    const batch = await oidAt(context, found, sequence)
    if (parent !== batch) {
      const why = `it belongs to the batch ${parent}, but the batch of the run is ${batch}`
      throw snapshotMismatch(kept, why, { run: id, sequence })
    }
    return { sequence, state, oid: stateOid, keptBy: 'snapshot', status }
  }
  if (sequence > 0) return undefined
  const { initial, files } = await readGenesis(context, id)
  return { sequence, state: initial, oid: files.get('initial.json') as string, keptBy: 'genesis', status: undefined }
}

/** A snapshot that does not belong to the history of its run, or differs from what that produces. */
export function snapshotMismatch(
  { ref, oid }: KeptSnapshot,
  why: string,
  where: { readonly run: string; readonly sequence: number },
): GitError {
  return new GitError(
    'SNAPSHOT_MISMATCH',
    `${ref} is not a snapshot of its run: ${why}; delete it with git update-ref -d ${ref} ${oid}`,
    where,
  )
}
