// Keeps a snapshot beside a history. Whoever can replay the history does not trust it.

import type { Run, RunEvent } from '@xmachines/core'
import { type GitObject, recordable } from '../core-internals.ts'
import { GitError } from '../git-error.ts'
import { decodeTree } from '../objects/commit.ts'
import { hexOf } from '../objects/object-id.ts'
import { PackBuilder } from '../objects/pack.ts'
import { encodeSnapshot } from '../objects/snapshot-commit.ts'
import type { KeptSnapshot } from '../read/kept-snapshots.ts'
import { readHead } from '../refs/read-head.ts'
import { RefMismatch } from '../refs/ref-moves.ts'
import { snapshotRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { storePack } from '../write/pack-store.ts'

/** Keeps the latest snapshot of a run, after `flush` has recorded its head. */
export async function keepSnapshot<State, Event extends RunEvent, Output, Input>(
  context: RepositoryContext,
  run: Run<State, Event, Output, Input>,
  flush: () => Promise<unknown>,
): Promise<KeptSnapshot> {
  const history = recordable(run)
  // Before anything is awaited: the run may continue meanwhile.
  const { snapshot, sequence, position } = history.checkpoint()
  const parent = hexOf(history.digestAt(sequence))
  await flush()
  const commit = (await readHead(context, parent))?.commit
  const tree = commit === undefined ? undefined : await context.read(commit.tree)
  if (tree === undefined) {
    throw new GitError(
      'NOT_RECORDED',
      `sequence ${sequence} of the run ${run.id} is not in ${context.directory}; record the run, and flush() the recorder first`,
      { run: run.id, sequence },
    )
  }
  const { oid, objects } = encodeSnapshot({
    format: context.format,
    machine: run.machine,
    createdAt: run.genesis.createdAt,
    files: decodeTree(tree, context.format),
    parent,
    sequence,
    position,
    // A fatal error is not in the history: a run that is opened again is active.
    status: snapshot.status === 'done' ? 'done' : 'active',
    state: snapshot.state,
  })
  const kept = { ref: snapshotRef(run.machine.name, run.id, sequence), oid, sequence }
  if ((await context.read(kept.ref))?.oid !== oid) await write(context, kept, objects)
  return kept
}

async function write(
  context: RepositoryContext,
  { ref, oid }: KeptSnapshot,
  objects: readonly GitObject[],
): Promise<void> {
  const pack = new PackBuilder(context.format)
  for (const object of objects) pack.addShared(object.oid, object.bytes)
  const release = await storePack(context.packDirectory, pack.finish(), { durable: true })
  try {
    const [failure] = await context.mover.move([{ ref, to: oid, from: undefined }])
    if (failure instanceof RefMismatch) {
      throw new GitError(
        'SNAPSHOT_MISMATCH',
        `${ref} in ${context.directory} points to ${String(failure.found)}, but this snapshot is ${oid}; ` +
          'one of the two was not made from the history: verify() finds out which',
      )
    }
    if (failure !== undefined) throw failure
    await syncRefs(context.gitDirectory, [ref])
  } finally {
    await release()
  }
  context.packWritten()
}
