// Opens a run from its latest snapshot, which is trusted: only the batches after it are read, verified and replayed.

import type { BatchRecord, Run, RunEvent } from '@xmachines/core'
import { recordable, restoreSnapshot } from '../core-internals.ts'
import { type AnyMachine, pickMachine } from '../machines.ts'
import { readGenesis } from '../objects/genesis-commit.ts'
import { objectFormat } from '../objects/object-id.ts'
import type { RepositoryContext } from '../repository-context.ts'
import type { FoundRun } from './find-run.ts'
import { checkReached, latestSnapshot } from './kept-snapshots.ts'
import { streamBatchesAfter } from './stream-history.ts'

/** The run, opened from its latest snapshot; undefined if it has none. */
export async function openFromSnapshot(
  context: RepositoryContext,
  machines: AnyMachine | readonly AnyMachine[],
  found: FoundRun,
): Promise<Run<unknown, RunEvent, unknown, unknown> | undefined> {
  const { id, head } = found
  const latest = await latestSnapshot(context, found)
  if (latest === undefined) return undefined
  const machine = pickMachine(machines, found.machine)
  const { parent: oid, sequence, position, state } = latest
  const genesis = await readGenesis(context, id)
  const batches: BatchRecord<RunEvent>[] = []
  const after = { oid, sequence }
  for await (const group of streamBatchesAfter(context, genesis, { after, head })) batches.push(...group)
  const format = objectFormat(context.format)
  // What can be asked of the machine without a replay: its initial state, and whether a state completes the run.
  const snapshot = { genesis: genesis.record, ...after, position, state }
  const there = recordable(restoreSnapshot(machine, snapshot, [], { format })).checkpoint()
  checkReached(context, id, latest, there)
  return restoreSnapshot(machine, snapshot, batches, { head, format })
}
