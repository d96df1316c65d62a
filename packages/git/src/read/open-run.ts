// Opens a run: a live run, restored from its records.

import { type Run, type RunEvent, restoreRun } from '@xmachines/core'
import { type Checkpoint, restoreWatched } from '../core-internals.ts'
import { type AnyMachine, machineList } from '../machines.ts'
import { objectFormat } from '../objects/object-id.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { findRun } from './find-run.ts'
import { checkReached, latestSnapshot } from './kept-snapshots.ts'
import { openFromSnapshot } from './open-from-snapshot.ts'
import { readRecords } from './read-records.ts'

/** How a run is opened. */
export interface OpenRunOptions {
  /**
   * `genesis` (the default) replays everything; `snapshot` trusts the latest one, and reads only the batches after it.
   */
  readonly replayFrom?: 'genesis' | 'snapshot'
  /** As with `restoreRun`: asks the schema of `events` to return each event unchanged, for histories from outside. */
  readonly revalidate?: boolean
}

/** Opens a live run. */
export async function openRun(
  context: RepositoryContext,
  machine: AnyMachine | readonly AnyMachine[],
  { id, replayFrom = 'genesis', revalidate = false }: OpenRunOptions & { readonly id: string },
): Promise<Run<unknown, RunEvent, unknown, unknown>> {
  if (replayFrom !== 'genesis' && replayFrom !== 'snapshot') {
    throw new TypeError(`replayFrom is ${JSON.stringify(replayFrom)}; it must be 'genesis' or 'snapshot'`)
  }
  const found = await findRun(context, id)
  const { head } = found
  const opened = replayFrom === 'snapshot' ? await openFromSnapshot(context, machine, found) : undefined
  if (opened !== undefined) return opened
  const records = await readRecords(context, found)
  const options = { head, revalidate, format: objectFormat(context.format) }
  const latest = await latestSnapshot(context, found, (sequence) => records[sequence]?.oid)
  if (latest === undefined) return restoreRun(machineList(machine), records, options)
  const { sequence } = latest
  // One hash finds a machine that has come to behave otherwise, before another batch is recorded on its state.
  const watch = { sequence, see: (reached: Checkpoint) => checkReached(context, id, latest, reached) }
  return restoreWatched(machineList(machine), records, { ...options, watch })
}
