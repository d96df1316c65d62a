// Reads what is kept of states: the snapshots of a run, and the state that its genesis begins with. None of it is held
// against the machine.

import { GitError } from '../git-error.ts'
import { readCommit, readTree } from '../objects/commit.ts'
import { readNeeded } from '../objects/object-reader.ts'
import { corrupt } from '../objects/object-stream.ts'
import type { KeptSnapshot } from '../record/keep-snapshot.ts'
import { snapshotRefs } from '../refs/ref-names.ts'
import type { FoundRun, ReadingPlace } from '../repository-context.ts'
import { findRun } from './find-run.ts'
import { checkSequence, oidAt } from './history-range.ts'

/** A state that a repository keeps. */
export interface KeptState {
  readonly sequence: number
  readonly state: unknown
  /** The oid of its blob, as `run.toJSON()` has it. */
  readonly oid: string
  /** What keeps it: the genesis keeps the initial one. */
  readonly from: 'genesis' | 'snapshot'
  /** Whether the run was complete then; a genesis does not say. */
  readonly status: 'active' | 'done' | undefined
}

/** A snapshot, as it was read. */
export interface ReadSnapshot {
  /** The oid of the batch that it materializes. */
  readonly parent: string
  readonly position: number
  readonly status: 'active' | 'done'
  readonly state: unknown
  readonly stateOid: string
}

/** The snapshots of a run, the earliest first. */
export async function listSnapshots({ git }: ReadingPlace, name: string, id: string): Promise<KeptSnapshot[]> {
  const under = snapshotRefs(name, id)
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

/** Reads a snapshot of a run, whose form is held against what a snapshot is. */
async function readSnapshot(place: ReadingPlace, id: string, kept: KeptSnapshot): Promise<ReadSnapshot> {
  const where = { run: id, sequence: kept.sequence }
  const commit = readCommit(await readNeeded(place, kept.oid, where))
  if (commit?.parent === undefined) throw corrupt(kept.oid, 'it is not a snapshot', where)
  const files = readTree(await readNeeded(place, commit.tree, where), place.format)
  const about = (await readFile(place, files, 'snapshot.json', where)).value as Partial<ReadSnapshot> | null
  const { sequence, position, status } = { sequence: undefined, ...about }
  if (sequence !== kept.sequence) throw corrupt(kept.oid, `it is of sequence ${String(sequence)}`, where)
  if (!Number.isSafeInteger(position) || (status !== 'active' && status !== 'done')) {
    throw corrupt(kept.oid, 'its snapshot.json is none', where)
  }
  const { value, oid } = await readFile(place, files, 'state.json', where)
  return { parent: commit.parent, position: position as number, status, state: value, stateOid: oid }
}

/**
 * The latest snapshot of a run up to its head. Those of a history that was given up for the one that is here now are
 * passed over.
 */
export async function latestSnapshot(
  place: ReadingPlace,
  found: FoundRun,
): Promise<(ReadSnapshot & { readonly sequence: number }) | undefined> {
  const kept = await listSnapshots(place, found.machine.name, found.id)
  for (const one of kept.toReversed()) {
    const { sequence } = one
    if (sequence > found.sequence) continue
    const snapshot = await readSnapshot(place, found.id, one)
    if (snapshot.parent === (await oidAt(place, found, sequence))) return { ...snapshot, sequence }
  }
  return undefined
}

/** The state at a sequence of a run, where something keeps it. */
export async function readState(place: ReadingPlace, id: string, sequence: number): Promise<KeptState | undefined> {
  const found = await findRun(place, id)
  checkSequence('the sequence', sequence, found.sequence, found.sequence)
  const kept = (await listSnapshots(place, found.machine.name, id)).find((one) => one.sequence === sequence)
  if (kept !== undefined) {
    const { parent, state, stateOid, status } = await readSnapshot(place, id, kept)
    const of = await oidAt(place, found, sequence)
    if (parent !== of) {
      throw snapshotMismatch(kept, `it is of the batch ${parent}, and that of the run is ${of}`, { run: id, sequence })
    }
    return { sequence, state, oid: stateOid, from: 'snapshot', status }
  }
  if (sequence > 0) return undefined
  const where = { run: id, sequence }
  const genesis = readCommit(await readNeeded(place, id, where))
  const files = readTree(await readNeeded(place, genesis?.tree ?? id, where), place.format)
  const { value, oid } = await readFile(place, files, 'initial.json', where)
  return { sequence, state: value, oid, from: 'genesis', status: undefined }
}

/** A snapshot that is not of the history of its run, or not what that comes to. */
export function snapshotMismatch({ ref, oid }: KeptSnapshot, why: string, where: Where): GitError {
  return new GitError(
    'SNAPSHOT_MISMATCH',
    `${ref} is not a snapshot of its run: ${why}; delete it with git update-ref -d ${ref} ${oid}`,
    where,
  )
}

interface Where {
  readonly run: string
  readonly sequence: number
}

async function readFile(
  place: ReadingPlace,
  files: ReadonlyMap<string, string>,
  name: string,
  where: Where,
): Promise<{ readonly oid: string; readonly value: unknown }> {
  const { oid, content } = await readNeeded(place, files.get(name) ?? name, where)
  try {
    return { oid, value: JSON.parse(content.toString()) as unknown }
  } catch (thrown) {
    throw corrupt(oid, `${name} is not JSON: ${(thrown as Error).message}`, where)
  }
}
