// What every store is measured on: the store itself, and the same work done bare, by the plain means of what it keeps runs in.

import type { RunStore } from '@xmachines/core/store'

/** Something that keeps runs, and what it does without us. */
export interface Stage {
  readonly store: RunStore
  /** A handle on the same runs, as another process has it. */
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
  readonly names: { readonly insert: string; readonly select: string; readonly listen: string }
  /** Keeps one record as the next of a list. */
  append(list: string, sequence: number, record: string): Promise<void>
  /** All records of a list, in order, parsed. */
  readAll(list: string): Promise<readonly unknown[]>
  /** Calls `heard` after each append to any list by another; resolves with what stops it. */
  listen(heard: () => void): Promise<() => Promise<void>>
  /** Appends as another does, so that whoever listens hears of it. */
  appendAndTell(list: string, sequence: number, record: string): Promise<void>
  /** The keys of the lists that have something to do; `addRuns` made as many of them. */
  listUnsettled(): Promise<number>
}
