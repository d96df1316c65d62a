// Where runs are read from, and what is found there.

import type { FormatName } from './objects/object-id.ts'
import type { ReadObject } from './objects/object-stream.ts'
import type { GitProgram } from './process/git-program.ts'
import type { MachineName } from './refs/ref-names.ts'

/** Where runs are read from. */
export interface ReadingPlace {
  readonly git: GitProgram
  readonly format: FormatName
  readonly directory: string
  /** Where refs and objects are. */
  readonly gitDirectory: string
  /** Reads an object by its oid or a ref. */
  read(name: string): Promise<ReadObject | undefined>
}

/** A run, as its ref tells of it. */
export interface FoundRun {
  readonly id: string
  readonly ref: string
  readonly head: string
  readonly sequence: number
  /** When the run began, in whole seconds since the epoch. */
  readonly createdAt: number
  readonly machine: MachineName
}
