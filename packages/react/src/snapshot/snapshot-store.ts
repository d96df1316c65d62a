// One external store for each source of snapshots, as React's `useSyncExternalStore` asks for it. All components and
// roots on a source show one snapshot, which changes only when React is notified. If each component read `current`
// instead, siblings that render between two notifications would show different states (measured: every time).
//
//   send ────────────► notify at once ──┐
//                                       ├─► shown = latest ─► listeners
//   stream ─► wait for the next frame ──┘
//
// After a `send`, a later notification is too late: React resets a controlled input and its caret jumps (`XYZ` typed
// into `hello` after the h gave `hXelloYZ` with a delay of one microtask). What comes through a stream must be merged:
// React renders each notification in a microtask of its own, so 1,000 events were 1,000 renders.

import type { RunError, Snapshot } from '@xmachines/core'
import { wrongArgument } from '../check-run.ts'
import { hasMode } from '../mode.ts'
import { notifyAll } from './listeners.ts'
import { atNextFrame } from './next-frame.ts'
import type { ObservableSnapshot, ObservedSource, SnapshotSource } from './snapshot-source.ts'
import { observeStream } from './snapshot-stream.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The arguments of `useSyncExternalStore`; each is the same function every time. */
export interface SnapshotStore<State> {
  readonly subscribe: (listener: () => void) => () => void
  /** The snapshot that React was last notified of; the latest if nobody listens. */
  readonly getSnapshot: () => Snapshot<State>
  /** The snapshot that the server renders, and that the browser hydrates its page with. */
  readonly getServerSnapshot: () => Snapshot<State>
  /** Has React compare the snapshot of each listener that was added since the last call. */
  readonly compareAdded: () => void
}

// Weak, so that a store lives no longer than its source. A store without listeners does not observe its source.
const stores = new WeakMap<object, SnapshotStore<unknown>>()

/** The store of a source, the same every time. A run has a store of its own, built on that of its `snapshot` port. */
export function snapshotStoreOf<State>(source: SnapshotSource<State>): SnapshotStore<State> {
  // A source only ever maps to the store made from it, so both have the same type of state.
  let store = stores.get(source) as SnapshotStore<State> | undefined
  if (store === undefined) {
    if ((hasMode ? process.env.NODE_ENV !== 'production' : false) && !isSource(source)) {
      throw wrongArgument('useSnapshot', 'a run, its snapshot port or a stream of snapshots', source)
    }
    if ('snapshot' in source) store = throwFatalError(source, snapshotStoreOf<State>(source.snapshot))
    else store = createStore('subscribe' in source ? observePort(source) : observeStream(source))
    stores.set(source, store)
  }
  return store
}

/** A store that throws the fatal error of a run as soon as React is notified of it, whatever components select. */
function throwFatalError<State>(
  run: { readonly error: RunError | undefined },
  store: SnapshotStore<State>,
): SnapshotStore<State> {
  const check = (snapshot: Snapshot<State>): Snapshot<State> => {
    if (snapshot.status === 'error') throw run.error
    return snapshot
  }
  return {
    ...store,
    getSnapshot: () => check(store.getSnapshot()),
    getServerSnapshot: () => check(store.getServerSnapshot()),
  }
}

function isSource(source: unknown): boolean {
  if (typeof source !== 'object' || source === null) return false
  return 'snapshot' in source || 'subscribe' in source || 'getReader' in source
}

function observePort<State>(port: ObservableSnapshot<State>): ObservedSource<State> {
  return {
    latest: () => port.current,
    // Only a browser has a document, and only a browser hydrates; a server renders the latest snapshot.
    first: () => (typeof document === 'undefined' ? port.current : port.initial),
    observe: port.subscribe,
  }
}

function createStore<State>({ latest, first, observe }: ObservedSource<State>): SnapshotStore<State> {
  const listeners = new Set<() => void>()
  /** The listeners that were added since the last comparison. */
  const added: (() => void)[] = []
  /** The snapshot that React was last notified of; undefined if nobody listens, or if there is none to show. */
  let shown: Snapshot<State> | undefined
  /** Cancels the notification that waits for a frame, if there is one. */
  let cancelFrame: (() => void) | undefined
  /** Ends the observation; set while somebody listens. */
  let stop: (() => void) | undefined

  const cancel = (): void => {
    cancelFrame?.()
    cancelFrame = undefined
  }
  const update = (): void => {
    try {
      shown = latest()
    } catch {
      // The next render reads the source again and throws this error.
      shown = undefined
    }
  }
  const notify = (): void => {
    cancel()
    update()
    notifyAll(listeners)
  }
  const onChange = (sent: boolean): void => {
    if (sent) notify()
    else cancelFrame ??= atNextFrame(notify)
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      added.push(listener)
      if (stop === undefined) {
        update()
        stop = observe(onChange)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        cancel()
        stop = undefined
        shown = undefined
      }
    },
    getSnapshot: () => shown ?? latest(),
    getServerSnapshot: first,
    compareAdded() {
      for (const listener of added.splice(0)) listener()
    },
  }
}
