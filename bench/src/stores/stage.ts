// What every store is measured on: the store itself, and the same work done bare, by the plain means of what it keeps runs in.

import type { RunStore } from '@xmachines/core/store'

/** Something that keeps runs, and what it does without us. */
export interface Stage {
  readonly store: RunStore
  /** A handle on the same runs, as another process or tab has it. */
  readonly other: RunStore
  /** What the bare side is, for the table. */
  readonly bare: Bare
  /** Adds many runs, of which the last few have outputs that have not settled. */
  addRuns(count: number, unsettled: number): Promise<void>
  end(): Promise<void>
}

/** The same work, bare, and as durable. */
interface Bare {
  /** What the table calls its work. */
  readonly names: { readonly insert: string; readonly select: string; readonly listen?: string; readonly list?: string }
  /** Keeps one record as the next of a list. */
  append(list: string, sequence: number, record: string): Promise<void>
  /** Keeps many records as a new list. */
  appendAll(list: string, records: readonly string[]): Promise<void>
  /** Reads all records of a list, in order; resolves with how many there are. */
  readAll(list: string): Promise<number>
  /** Calls `heard` after each append to any list by another; resolves with what stops it. Missing if there is no bare way. */
  listen?(heard: () => void): Promise<() => Promise<void>>
  /** Appends as another does, so that whoever listens hears of it. */
  appendAndTell?(list: string, sequence: number, record: string): Promise<void>
  /** Finds the lists that have something to do; `addRuns` made as many of them. */
  listUnsettled?(): Promise<number>
}
