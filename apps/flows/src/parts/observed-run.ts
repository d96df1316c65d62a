// A run as the parts of a page see it, for any types of its machine. They only observe it.

import type { HistoryOptions, HistoryRecord, RunError, RunEvent, SnapshotPort } from '@xmachines/core'

/** The members of a run that the parts observe. */
export interface ObservedRun {
  readonly id: string
  readonly machine: { readonly name: string; readonly version: string }
  readonly snapshot: SnapshotPort<unknown>
  history(options?: HistoryOptions): ReadableStream<HistoryRecord<RunEvent>>
  /** Of a run that is kept in a store: how many batches of its snapshot are not in its history yet. */
  readonly pending?: number
  /** Calls a listener when `pending` changes. */
  readonly onChange?: (listener: () => void) => () => void
  ports(): { readonly err: ReadableStream<RunError> }
}
