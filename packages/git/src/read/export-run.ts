// A run as the document that `run.toJSON()` gives and `restoreRun` takes.

import { type RunDocument, type RunEvent, restoreRun } from '@xmachines/core'
import { gitObject, jsonFile } from '../core-internals.ts'
import { GitError } from '../git-error.ts'
import { type AnyMachine, machineList } from '../machines.ts'
import { objectFormat } from '../objects/object-id.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { findRun } from './find-run.ts'
import { readStateAt } from './kept-snapshots.ts'
import { counted, type OnProgress } from './progress.ts'
import { readRecords } from './read-records.ts'

/** How a run is exported. */
export interface ExportOptions {
  /**
   * The machine of the run, or several to pick it from. Replays the run, because the document names its latest state.
   * Not needed if a snapshot is kept at the head of the run; that snapshot is trusted.
   */
  readonly machine?: AnyMachine | readonly AnyMachine[]
  /** Called now and then with the progress. */
  readonly onProgress?: OnProgress
}

/** The document of a run. */
export async function exportRun(
  context: RepositoryContext,
  id: string,
  { machine, onProgress }: ExportOptions,
): Promise<RunDocument<RunEvent>> {
  const found = await findRun(context, id)
  const { head, sequence } = found
  const kept = machine === undefined ? await readStateAt(context, id, sequence) : undefined
  if (machine === undefined && kept === undefined) {
    const { name, version } = found.machine
    throw new GitError(
      'SNAPSHOT_MISSING',
      `no snapshot keeps the state at the run's head, sequence ${sequence}; give the machine ${name}@${version}, or keep a snapshot there`,
      { run: id, sequence },
    )
  }
  const total = (machine === undefined ? 1 : 2) * (sequence + 1)
  const records = await readRecords(context, found, (read) => onProgress?.(read, total))
  const state = kept?.oid ?? replayedState()
  return { format: 'xmachines/1', records, sequence, head, state }

  function replayedState(): string {
    const format = objectFormat(context.format)
    const replayed = counted(records, (taken) => onProgress?.(sequence + 1 + taken, total))
    const run = restoreRun(machineList(machine ?? []), replayed, { format, head })
    return gitObject(format, 'blob', jsonFile(run.snapshot.current.state)).oid
  }
}
