// Reads runs back: the live run that the records of an id restore to.

import { type HistoryRecord, type Machine, type Run, type RunEvent, restoreRun } from '@xmachines/core'
import { objectFormat } from '../objects/object-id.ts'
import type { ReadingPlace } from '../repository-context.ts'
import { findRun } from './find-run.ts'
import { openSnapshot } from './open-from-snapshot.ts'
import { readHistory } from './stream-history.ts'

/** How a run is opened. */
export interface OpenRunOptions {
  /** `genesis` (unless given) replays everything; `snapshot` trusts the latest one, and reads only what lies behind. */
  readonly from?: 'genesis' | 'snapshot'
  /** As with `restoreRun`: asks the schema of `events` to return each event unchanged, for histories from outside. */
  readonly revalidate?: boolean
}

type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** A live run of what is recorded. */
export async function openRun(
  place: ReadingPlace,
  machine: AnyMachine | readonly AnyMachine[],
  id: string,
  { from = 'genesis', revalidate = false }: OpenRunOptions,
): Promise<Run<unknown, RunEvent, unknown, unknown>> {
  if (from !== 'genesis' && from !== 'snapshot') {
    throw new TypeError(`from is ${JSON.stringify(from)}; it must be 'genesis' or 'snapshot'`)
  }
  const found = await findRun(place, id)
  const { head } = found
  const opened = from === 'snapshot' ? await openSnapshot(place, machine, found) : undefined
  if (opened !== undefined) return opened
  const records: HistoryRecord<RunEvent>[] = []
  for await (const group of readHistory(place.git, place.format, id, head, place.read)) {
    for (const record of group) records.push(record)
  }
  const machines = Array.isArray(machine) ? (machine as readonly AnyMachine[]) : [machine as AnyMachine]
  return restoreRun(machines, records, { head, revalidate, format: objectFormat(place.format) })
}
