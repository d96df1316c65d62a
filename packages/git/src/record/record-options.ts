// The options of `repository.record`, and their checks.

/** How a run is recorded. */
export interface RecordOptions {
  /** `disk` (the default): what is acknowledged survives a power cut. `process`: it survives the end of the process. */
  readonly durability?: 'disk' | 'process'
  /** How many batches may be committed and not recorded before writes into the run wait; `send` never waits. */
  readonly maxUnrecorded?: number
  /**
   * How many of its latest batches the run keeps at least. Older ones are dropped with their outputs once they are
   * recorded, and `run.history()` reads them from the repository. Without it, the run keeps all of them.
   */
  readonly retain?: number
}

/** Refuses invalid options. */
export function checkRecordOptions({ durability, maxUnrecorded, retain }: RecordOptions): void {
  if (durability !== undefined && durability !== 'disk' && durability !== 'process') {
    throw new TypeError(`durability is ${JSON.stringify(durability)}; it must be 'disk' or 'process'`)
  }
  if (maxUnrecorded !== undefined && !(maxUnrecorded >= 0)) {
    throw new RangeError(`maxUnrecorded is ${String(maxUnrecorded)}; it must be a number of batches, 0 or more`)
  }
  if (retain === undefined || (Number.isInteger(retain) && retain >= 0)) return
  const expected = 'a whole number of batches, 0 or more; leave it out to keep all of them'
  if (typeof retain === 'number') throw new RangeError(`retain is ${String(retain)}; it must be ${expected}`)
  throw new TypeError(`retain is ${JSON.stringify(retain)}; it must be ${expected}`)
}
