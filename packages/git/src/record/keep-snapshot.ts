// Snapshots beside histories: a commit whose parent is the batch that it materializes, and whose tree adds the state
// to that of the genesis. Trusted by nobody who can replay.

import type { Run, RunEvent } from '@xmachines/core'
import { commitText, type GitObject, gitObject, jsonFile, recordable, treeBytes } from '@xmachines/core/internal'
import { GitError } from '../git-error.ts'
import { readCommit, readTree } from '../objects/commit.ts'
import { type FormatName, hexOf, objectFormat } from '../objects/object-id.ts'
import { PackBuilder } from '../objects/pack.ts'
import { RefMismatch, type RefMover } from '../refs/ref-moves.ts'
import { snapshotRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import type { ReadingPlace } from '../repository-context.ts'
import { storePack } from '../write/pack-store.ts'

/** A snapshot that is kept. */
export interface KeptSnapshot {
  readonly ref: string
  /** The oid of its commit: the same for the same history, wherever it is made. */
  readonly oid: string
  readonly sequence: number
}

/** Where snapshots are kept. */
export interface SnapshotPlace extends ReadingPlace {
  readonly packDirectory: string
  readonly mover: RefMover
  /** Told after each pack. */
  onPack(): void
}

/** What a snapshot is made of. */
export interface SnapshotContent {
  readonly format: FormatName
  readonly machine: { readonly name: string; readonly version: string }
  readonly createdAt: number
  /** The files of the genesis. */
  readonly files: ReadonlyMap<string, string>
  /** The oid of the batch, or of the genesis. */
  readonly parent: string
  readonly sequence: number
  readonly position: number
  readonly status: string
  readonly state: unknown
}

/** The objects of a snapshot; the last is its commit. */
export function snapshotObjects(content: SnapshotContent): GitObject[] {
  const { machine, createdAt, sequence, position, status, parent } = content
  const format = objectFormat(content.format)
  const state = gitObject(format, 'blob', jsonFile(content.state))
  const about = gitObject(format, 'blob', jsonFile({ position, sequence, status }))
  const files = [...content.files, ['snapshot.json', about.oid] as const, ['state.json', state.oid] as const]
  const tree = gitObject(format, 'tree', treeBytes(files.toSorted(([a], [b]) => (a < b ? -1 : 1))))
  const message = `snapshot ${machine.name}@${machine.version} at ${sequence}\n`
  const text = commitText(tree.oid, parent, createdAt, createdAt + sequence, message)
  return [state, about, tree, gitObject(format, 'commit', text)]
}

/** Keeps the latest snapshot of a run, once `flush` has seen to it that its head is recorded. */
export async function keepSnapshot<State, Event extends RunEvent, Output, Input>(
  place: SnapshotPlace,
  run: Run<State, Event, Output, Input>,
  flush: () => Promise<unknown>,
): Promise<KeptSnapshot> {
  const taping = recordable(run)
  // Before anything is awaited: the run goes on meanwhile.
  const { snapshot, sequence, position } = taping.mark()
  const parent = hexOf(taping.digestAt(sequence))
  await flush()
  const head = await place.read(parent)
  const commit = head === undefined ? undefined : readCommit(head)
  const tree = commit === undefined ? undefined : await place.read(commit.tree)
  if (tree === undefined) {
    throw new GitError(
      'NOT_RECORDED',
      `sequence ${sequence} of the run ${run.id} is not in ${place.directory}; record it, and flush() the recorder first`,
      { run: run.id, sequence },
    )
  }
  const objects = snapshotObjects({
    format: place.format,
    machine: run.machine,
    createdAt: run.genesis.createdAt,
    files: readTree(tree, place.format),
    parent,
    sequence,
    position,
    // A fatal error is not history: the run that is opened again is active.
    status: snapshot.status === 'done' ? 'done' : 'active',
    state: snapshot.state,
  })
  const oid = (objects.at(-1) as GitObject).oid
  const ref = snapshotRef(run.machine.name, run.id, sequence)
  if ((await place.read(ref))?.oid !== oid) await write(place, ref, objects)
  return { ref, oid, sequence }
}

async function write(place: SnapshotPlace, ref: string, objects: readonly GitObject[]): Promise<void> {
  const pack = new PackBuilder(place.format)
  for (const { oid, bytes } of objects) pack.addShared(oid, bytes)
  const to = (objects.at(-1) as GitObject).oid
  const release = await storePack(place.packDirectory, pack.finish(), true)
  try {
    const [failure] = await place.mover.move([{ ref, to, from: undefined }])
    if (failure instanceof RefMismatch) {
      throw new GitError(
        'SNAPSHOT_MISMATCH',
        `${ref} in ${place.directory} stands at ${String(failure.found)}, and this snapshot is ${to}; ` +
          'one of the two was not made from the history: verify() tells which',
      )
    }
    if (failure !== undefined) throw failure
    await syncRefs(place.gitDirectory, [ref])
  } finally {
    await release()
  }
  place.onPack()
}
