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
  /** Outputs since the genesis, after the last. */
  readonly position: number
  /** Outputs since the genesis, before the first, if that is known. */
  readonly start?: number | undefined
  /** With the genesis: the position up to which outputs count as settled. */
  readonly settled: number
}

/** The part of a run's history from one sequence to another. */
export function takeSlice<State, Event extends RunEvent, Output>(
  run: Recordable<State, Event, Output>,
  { from, to, position, start, settled }: SliceRange,
): Slice {
  const { format } = run
  const records: StoredRecord[] = []
  const commits: Uint8Array[] = []
  const objects = from === 0 ? run.genesis() : undefined
  for (let sequence = from; sequence <= to; sequence++) {
    records.push(run.recordAt(sequence))
    const genesis = sequence === 0 ? objects?.at(-1) : undefined
    commits.push(genesis?.bytes ?? run.commitAt(sequence).slice())
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
