// All records of a run, in one array.

import type { HistoryRecord, RunEvent } from '@xmachines/core'
import { type HistorySource, streamRecords } from './stream-history.ts'

/**
 * Reads and verifies all records of a run.
 * @param onRead called with how many were read so far
 */
export async function readRecords(
  source: HistorySource,
  run: { readonly id: string; readonly head: string },
  onRead?: (read: number) => void,
): Promise<HistoryRecord<RunEvent>[]> {
  const records: HistoryRecord<RunEvent>[] = []
  for await (const group of streamRecords(source, run)) {
    // Not spread: a group may have more records than a call takes arguments.
    for (const record of group) records.push(record)
    onRead?.(records.length)
  }
  return records
}
