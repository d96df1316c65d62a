// The options that all recorders have, and their checks.

import { wrongValue } from '../data/describe-value.ts'

/** How a run is recorded. */
export interface RecordRunOptions {
  /** How many batches may be committed and not recorded before writes into the run wait: 16,384 unless given. `send` never waits. */
  readonly maxUnrecorded?: number
  /**
   * How many of its latest batches the run keeps at least. Older ones are dropped with their outputs once they are recorded, and
   * `run.history()` reads them from where they are recorded. Without it, the run keeps all of them.
   */
  readonly retain?: number
}

/** Refuses invalid options. */
export function checkRecordOptions({ maxUnrecorded, retain }: RecordRunOptions): void {
  if (maxUnrecorded !== undefined) {
    const expected = 'a number of batches, 0 or more'
    if (typeof maxUnrecorded !== 'number') throw new TypeError(wrongValue('maxUnrecorded', maxUnrecorded, expected))
    if (!(maxUnrecorded >= 0)) throw new RangeError(wrongValue('maxUnrecorded', maxUnrecorded, expected))
  }
  if (retain === undefined || (Number.isInteger(retain) && retain >= 0)) return
  const expected = 'a whole number of batches, 0 or more; leave it out to keep all of them'
  if (typeof retain === 'number') throw new RangeError(wrongValue('retain', retain, expected))
  throw new TypeError(wrongValue('retain', retain, expected))
}
