// What `useSnapshot` takes, and the one shape in which the snapshot store reads each kind of it.

import type { RunError, Snapshot, SnapshotPort } from '@xmachines/core'

/** The members of a run's `snapshot` port that components read. */
export type ObservableSnapshot<State> = Pick<SnapshotPort<State>, 'current' | 'initial' | 'subscribe'>

/**
 * Where components read snapshots: a run, whose fatal error is thrown; the `snapshot` port of a run, which never
 * throws; or any stream of snapshots.
 */
export type SnapshotSource<State> =
  | { readonly snapshot: ObservableSnapshot<State>; readonly error: RunError | undefined }
  | ObservableSnapshot<State>
  | ReadableStream<Snapshot<State>>

/** A port or a stream, as the snapshot store reads it. */
export interface ObservedSource<State> {
  /** The latest snapshot; throws if there is none to show. */
  readonly latest: () => Snapshot<State>
  /** The first snapshot, for hydration; throws if there is none to show. */
  readonly first: () => Snapshot<State>
  /**
   * Calls `onChange` after each change and says whether `send` made it; returns a function that ends the observation.
   */
  readonly observe: (onChange: (sent: boolean) => void) => () => void
}
