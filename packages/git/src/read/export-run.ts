// A run as the document that `run.toJSON()` gives and `restoreRun` takes.

import { type HistoryRecord, type Machine, type RunDocument, type RunEvent, restoreRun } from '@xmachines/core'
import { gitObject, jsonFile } from '@xmachines/core/internal'
import { GitError } from '../git-error.ts'
import { objectFormat } from '../objects/object-id.ts'
import type { ReadingPlace } from '../repository-context.ts'
import { findRun } from './find-run.ts'
import { readState } from './kept-snapshots.ts'
import { counted, type OnProgress } from './progress.ts'
import { readHistory } from './stream-history.ts'

type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** How a run is exported. */
export interface ExportOptions {
  /**
   * The machine, or several of which that of the run is picked: replays all of it for the state that the document names.
   * Not needed where a snapshot is kept at the head of the run, which is trusted.
   */
  readonly machine?: AnyMachine | readonly AnyMachine[]
  /** Told now and then how far it is. */
  readonly onProgress?: OnProgress
}

/** The document of a run. */
export async function exportRun(
  place: ReadingPlace,
  id: string,
  { machine, onProgress }: ExportOptions,
): Promise<RunDocument<RunEvent>> {
  const { head, sequence, machine: name } = await findRun(place, id)
  const kept = machine === undefined ? await readState(place, id, sequence) : undefined
  if (machine === undefined && kept === undefined) {
    throw new GitError(
      'SNAPSHOT_MISSING',
      `give the machine ${name.name}@${name.version}, or keep a snapshot: none keeps the state at the run's head, sequence ${sequence}`,
      { run: id, sequence },
    )
  }
  const total = (machine === undefined ? 1 : 2) * (sequence + 1)
  const records: HistoryRecord<RunEvent>[] = []
  for await (const group of readHistory(place.git, place.format, id, head, place.read)) {
    for (const record of group) records.push(record)
    onProgress?.(records.length, total)
  }
  const state = kept?.oid ?? replayedState()
  return { format: 'xmachines/1', records, sequence, head, state }

  function replayedState(): string {
    const format = objectFormat(place.format)
    const replayed = counted(records, (taken) => onProgress?.(sequence + 1 + taken, total))
    const run = restoreRun([machine ?? []].flat() as readonly AnyMachine[], replayed, { format, head })
    return gitObject(format, 'blob', jsonFile(run.snapshot.current.state)).oid
  }
}
