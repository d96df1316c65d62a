// The `snapshot` port: a stream in which the latest wins, and the synchronous members that a user interface needs.

import { streamClass } from '../data/built-ins.ts'
import { currentSnapshot, type Log, type Subscription } from '../engine/log.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import { type CursorSource, unbuffered } from './cursor.ts'

/**
 * The `snapshot` port of a run (RFC Run v1 §4, §6). A reader gets the newest snapshot at once, then each newer one when it
 * asks, never a stale one; a slow reader skips. `tee()` keeps that, and does not buffer.
 */
export interface SnapshotPort<State> extends ReadableStream<Snapshot<State>> {
  /** The latest snapshot. */
  readonly current: Snapshot<State>
  /** How this run object began: at creation, or at restoration. */
  readonly initial: Snapshot<State>
  /**
   * Calls a listener synchronously after every change of `current`, a fatal end included: the contract of React's
   * `useSyncExternalStore`. If a listener throws, the error is reported, and no other listener is affected.
   * @param listener gets whether the change came through `send`
   * @returns a function that ends the subscription
   */
  readonly subscribe: (listener: (sent: boolean) => void) => () => void
}

/** A cursor over snapshots, behind a stream. */
export interface SnapshotCursor {
  readonly source: CursorSource<Snapshot<unknown>>
  /** The version that it delivered last. */
  delivered(): number
}

/**
 * Opens the `snapshot` port of a set.
 * @param log the log that it shows
 * @param initial how the run object began
 * @param open opens a cursor of its own on the snapshots after a version
 */
export function openSnapshot(
  log: Log,
  initial: Snapshot<unknown>,
  open: (delivered: number) => SnapshotCursor,
): SnapshotPort<unknown> {
  return new (snapshotStream ??= makeSnapshotStream())(log, initial, open, -1)
}

type SnapshotStreamClass = new (
  log: Log,
  initial: Snapshot<unknown>,
  open: (delivered: number) => SnapshotCursor,
  delivered: number,
) => SnapshotPort<unknown>

// Made when the first port is opened, for platforms that lack the global when this module is imported.
let snapshotStream: SnapshotStreamClass | undefined

function makeSnapshotStream(): SnapshotStreamClass {
  const PlatformStream = streamClass('ReadableStream')

  class SnapshotStream extends PlatformStream<Snapshot<unknown>> implements SnapshotPort<unknown> {
    readonly #log: Log
    readonly #open: (delivered: number) => SnapshotCursor
    readonly #cursor: SnapshotCursor
    readonly initial: Snapshot<unknown>

    constructor(log: Log, initial: Snapshot<unknown>, open: (delivered: number) => SnapshotCursor, delivered: number) {
      const cursor = open(delivered)
      super(cursor.source, unbuffered)
      cursor.source.stream = this
      this.#log = log
      this.#open = open
      this.#cursor = cursor
      this.initial = initial
    }

    get current(): Snapshot<unknown> {
      return currentSnapshot(this.#log)
    }

    readonly subscribe = (listener: (sent: boolean) => void): (() => void) => {
      const subscriptions = (this.#log.subscriptions ??= { all: new Set(), rounds: [], round: 0 })
      const subscription: Subscription = { listener, since: subscriptions.round }
      subscriptions.all.add(subscription)
      return () => {
        subscriptions.all.delete(subscription)
      }
    }

    override tee(): [ReadableStream<Snapshot<unknown>>, ReadableStream<Snapshot<unknown>>] {
      // Nothing is left to conflate.
      if (this.#cursor.source.ended) return super.tee()
      this.getReader()
      const branch = (): SnapshotStream =>
        new SnapshotStream(this.#log, this.initial, this.#open, this.#cursor.delivered())
      return [branch(), branch()]
    }
  }
  return SnapshotStream
}
