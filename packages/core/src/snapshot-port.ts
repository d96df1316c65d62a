// The `snapshot` port: a stream in which the latest wins, and the synchronous members that a user interface needs.

import { type FeedSource, unbuffered } from './feed.ts'
import { currentSnapshot, type Log, type Subscription } from './log.ts'
import type { Snapshot } from './snapshot.ts'

/** A cursor over snapshots: its source, and which version it delivered last. */
export interface SnapshotCursor {
  readonly source: FeedSource<Snapshot<unknown>>
  readonly feed: { readonly delivered: number }
}

/**
 * The `snapshot` port of a run (RFC Run v1 §4, §6): a reader gets the newest snapshot at once, then each newer one when
 * it asks, never a stale one; a slow reader skips.
 */
export class SnapshotPort<State> extends ReadableStream<Snapshot<State>> {
  readonly #log: Log
  readonly #open: (delivered: number) => SnapshotCursor
  readonly #cursor: SnapshotCursor
  /** How this run object began: at creation, or at restoration. */
  readonly initial: Snapshot<State>

  /** Only a run makes one. */
  constructor(log: Log, initial: Snapshot<State>, open: (delivered: number) => SnapshotCursor, delivered = -1) {
    const cursor = open(delivered)
    super(cursor.source, unbuffered)
    this.#log = log
    this.#open = open
    this.#cursor = cursor
    this.initial = initial
  }

  /** The latest snapshot. */
  get current(): Snapshot<State> {
    return currentSnapshot(this.#log) as Snapshot<State>
  }

  /**
   * Calls a listener synchronously after every change of `current`, a fatal end included; the contract of React's
   * `useSyncExternalStore`. A listener that throws is reported and harms nobody.
   * @param listener told whether the change came through `send`
   * @returns ends the subscription
   */
  readonly subscribe = (listener: (sent: boolean) => void): (() => void) => {
    const { subscriptions, round } = this.#log
    const subscription: Subscription = { listener, since: round }
    subscriptions.add(subscription)
    return () => {
      subscriptions.delete(subscription)
    }
  }

  /** Two streams of their own, in which the latest wins too; this one is locked, as with any `tee`. */
  override tee(): [ReadableStream<Snapshot<State>>, ReadableStream<Snapshot<State>>] {
    const { source, feed } = this.#cursor
    // Nothing is left to conflate.
    if (source.ended) return super.tee()
    this.getReader()
    const branch = (): SnapshotPort<State> => new SnapshotPort(this.#log, this.initial, this.#open, feed.delivered)
    return [branch(), branch()]
  }
}
