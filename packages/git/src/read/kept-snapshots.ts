// Reads the states that a repository keeps: the snapshots of a run, and the initial state of its genesis. None of them
// is replayed.

import { gitObject, jsonFile } from '../core-internals.ts'
import { GitError } from '../git-error.ts'
import { readGenesis } from '../objects/genesis-commit.ts'
import { objectFormat } from '../objects/object-id.ts'
import { corrupt } from '../objects/object-stream.ts'
import { whyUnreadable } from '../objects/passed-over.ts'
import { type DecodedSnapshot, encodeSnapshot, readSnapshot } from '../objects/snapshot-commit.ts'
import { listRefs } from '../refs/list-refs.ts'
import { sequenceIn, snapshotRefs } from '../refs/ref-names.ts'
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

/**
 * The snapshots of a run, the earliest first.
 * @throws {GitError} if a ref of one cannot be read
 */
export async function listSnapshots(
  context: RepositoryContext,
  { machine, id }: Pick<FoundRun, 'machine' | 'id'>,
): Promise<KeptSnapshot[]> {
  const under = snapshotRefs(machine.name, id)
  const { refs, faults } = await listRefs(context, under)
  const [fault] = faults
  if (fault !== undefined) throw fault.error
  return refs
    .flatMap(({ ref, oid }) => {
      const sequence = sequenceIn(ref.slice(under.length))
      return sequence === undefined ? [] : [{ ref, oid, sequence }]
    })
    .toSorted((one, other) => one.sequence - other.sequence)
}

/** Reads a kept snapshot; it must be what core would write for its content, at the sequence in its ref. */
async function readKept(context: RepositoryContext, id: string, kept: KeptSnapshot): Promise<DecodedSnapshot> {
  const { ref, oid, sequence } = kept
  const where = { run: id, sequence }
  const damaged = (why: string): GitError =>
    corrupt(oid, `${why}; if there is no sound copy, delete the snapshot with git update-ref -d ${ref} ${oid}`, where)
  const snapshot = await readSnapshot(context, oid)
  if (typeof snapshot === 'string') throw (await whyUnreadable(context, oid, where)) ?? damaged(snapshot)
  if (snapshot.sequence !== sequence) {
    throw damaged(`it belongs to sequence ${String(snapshot.sequence)}, not to ${sequence}`)
  }
  const made = await encodedOid(context, id, { ...snapshot, sequence })
  if (made !== oid) throw damaged(`what it holds would give the oid ${made}`)
  return snapshot
}

/** The oid of the snapshot that a content gives. */
async function encodedOid(
  context: RepositoryContext,
  id: string,
  { parent, sequence, position, status, state }: DecodedSnapshot & { readonly sequence: number },
): Promise<string> {
  const { record, files } = await readGenesis(context, id)
  const { machine, createdAt } = record
  const about = { format: context.format, machine, createdAt, files }
  return encodeSnapshot({ ...about, parent, sequence, position, status, state }).oid
}

/** A snapshot that was read, with its ref. */
export interface LatestSnapshot extends DecodedSnapshot {
  readonly sequence: number
  readonly kept: KeptSnapshot
}

/**
 * The latest snapshot of a run, up to its head. Skips those of another history that this repository had before and gave
 * up.
 * @param batchAt the oid of the commit with a sequence; read from the repository unless it is known
 */
export async function latestSnapshot(
  context: RepositoryContext,
  found: FoundRun,
  batchAt?: (sequence: number) => string | undefined,
): Promise<LatestSnapshot | undefined> {
  const all = await listSnapshots(context, found)
  for (const kept of all.toReversed()) {
    const { sequence } = kept
    if (sequence > found.sequence) continue
    const snapshot = await readKept(context, found.id, kept)
    const batch = batchAt === undefined ? await oidAt(context, found, sequence) : batchAt(sequence)
    if (snapshot.parent === batch) return { ...snapshot, sequence, kept }
  }
  return undefined
}

/** Compares what a replay has reached with the snapshot that is kept there. */
export function checkReached(
  { format }: RepositoryContext,
  run: string,
  { kept, sequence, position, status, stateOid }: LatestSnapshot,
  reached: { readonly position: number; readonly snapshot: { readonly status: string; readonly state: unknown } },
): void {
  const { snapshot } = reached
  const oid = gitObject(objectFormat(format), 'blob', jsonFile(snapshot.state)).oid
  const why =
    (oid !== stateOid && `the history gives the state ${oid} there, and the snapshot keeps ${stateOid}`) ||
    (reached.position !== position &&
      `the history has ${reached.position} outputs there, and the snapshot ${position}`) ||
    (snapshot.status !== status && `the run is ${snapshot.status} there, and the snapshot says ${status}`)
  if (why === false) return
  const change = 'either the machine has changed under the same version, which needs a new version'
  throw snapshotMismatch(kept, `${why}: ${change}, or the snapshot is wrong`, { run, sequence })
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
