// Takes slices from a run, for whoever appends them.

import type { RunEvent } from '../machine/machine.ts'
import type { Recordable } from '../recording/recordable.ts'
import type { Slice, StoredRecord } from './run-store.ts'

/** Which part of a run a slice has. Sequences; the genesis has 0. */
export interface SliceRange {
  /** The first. */
  readonly from: number
  /** The last. */
  readonly to: number
  /** The slice ends earlier after so many bytes of commits. */
  readonly mostBytes?: number
  /** Outputs since the genesis, after the last. */
  readonly position: number
  /** Outputs since the genesis, before the first, if that is known. */
  readonly start?: number | undefined
  /** With the genesis: the position up to which outputs count as settled. */
  readonly settled: number
}

/** The part of a run's history from one sequence to another. It has one record at least. */
export function takeSlice<State, Event extends RunEvent, Output>(
  run: Recordable<State, Event, Output>,
  { from, to, mostBytes = Number.POSITIVE_INFINITY, position, start, settled }: SliceRange,
): Slice {
  const { format } = run
  const records: StoredRecord[] = []
  const commits: Uint8Array[] = []
  const objects = from === 0 ? run.genesis() : undefined
  let bytes = 0
  for (let sequence = from; sequence <= to && bytes < mostBytes; sequence++) {
    records.push(run.recordAt(sequence))
    const genesis = sequence === 0 ? objects?.at(-1) : undefined
    const commit = genesis?.bytes ?? run.commitAt(sequence).slice()
    commits.push(commit)
    bytes += commit.length
  }
  return {
    records,
    commits,
    format,
    position,
    ...(start === undefined ? {} : { start }),
    ...(objects === undefined ? {} : { objects, settled }),
  }
}
