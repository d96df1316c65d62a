// The options of `repository.record`, and what is refused of them.

/** How a run is recorded. */
export interface RecordOptions {
  /** `disk` (unless given): what is acknowledged survives a power cut. `process`: it survives the end of the process. */
  readonly durability?: 'disk' | 'process'
  /** How many batches may be committed and not recorded before writes into the run wait; `send` never does. */
  readonly maxUnrecorded?: number
  /**
   * How many of its latest batches the run holds at least. Older ones are let go once they are recorded, with their
   * outputs; `run.history()` reads them from the repository. The run holds all of them, unless this is given.
   */
  readonly retain?: number
}

/** Refuses what is no option. */
export function checkRecordOptions({ durability, maxUnrecorded, retain }: RecordOptions): void {
  if (durability !== undefined && durability !== 'disk' && durability !== 'process') {
    throw new TypeError(`durability is ${JSON.stringify(durability)}; it must be 'disk' or 'process'`)
  }
  if (maxUnrecorded !== undefined && !(maxUnrecorded >= 0)) {
    throw new RangeError(`maxUnrecorded is ${String(maxUnrecorded)}; it must be a number of batches from 0`)
  }
  if (retain === undefined || (Number.isInteger(retain) && retain >= 0)) return
  const expected = 'a whole number of batches from 0, or left out for all of them'
  if (typeof retain === 'number') throw new RangeError(`retain is ${String(retain)}; it must be ${expected}`)
  throw new TypeError(`retain is ${JSON.stringify(retain)}; it must be ${expected}`)
}
