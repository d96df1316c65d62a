// A run as the parts see it, whatever the types of its machine are: they watch it and send it nothing.

import type { HistoryOptions, HistoryRecord, RunError, RunEvent, SnapshotPort } from '@xmachines/core'

/** Any run: what is watched of it. */
export interface ObservedRun {
  readonly id: string
  readonly machine: { readonly name: string; readonly version: string }
  readonly snapshot: SnapshotPort<unknown>
  history(options?: HistoryOptions): ReadableStream<HistoryRecord<RunEvent>>
  ports(): { readonly err: ReadableStream<RunError> }
}
