// The snapshot that React was told of, one store for each run. All hooks and roots on a run read the one told last, which
// moves only when it is told: if each read `current`, siblings that render between two tellings would show different
// states (measured: every time). What came through `send` is told at once, or React puts a controlled input back and the
// caret jumps (`XYZ` typed into `hello` after the h gave `hXelloYZ`, a microtask too late). What came through a stream is
// told once a frame: one by one, 1,000 events were 1,000 renders, since React renders each in a microtask of its own.

import type { RunError, Snapshot, SnapshotPort } from '@xmachines/core'
import { readSnapshots } from './read-snapshots.ts'

/**
 * What a snapshot is read from: a run, whose fatal error is thrown; the `snapshot` port of one, which never throws; or a
 * stream of snapshots from elsewhere.
 */
export type SnapshotSource<State> =
  | { readonly snapshot: SnapshotPort<State>; readonly error: RunError | undefined }
  | SnapshotPort<State>
  | ReadableStream<Snapshot<State>>

/** What React's `useSyncExternalStore` asks of a store; each member is the same function every time. */
export interface ToldSnapshot<State> {
  /** Calls a listener after each telling, until the function it answers with is called. */
  readonly subscribe: (listener: () => void) => () => void
  /** The snapshot told last; the latest while nobody listens. */
  readonly read: () => Snapshot<State>
  /** What the server renders, and what the page that it sent is hydrated with. */
  readonly readFirst: () => Snapshot<State>
}

/** What there is to tell of. */
export interface Observed<State> {
  /** The latest snapshot; throws where there is none to show. */
  readonly latest: () => Snapshot<State>
  readonly first: () => Snapshot<State>
  /** Calls back after each change, saying whether it came through `send`, until the function it answers with is called. */
  readonly observe: (onChange: (sent: boolean) => void) => () => void
}

/** How long to wait for a frame where frames stand still, as on a hidden page: in milliseconds. */
const PATIENCE = 100

// A store is held by its source alone, and holds on to nothing else while nobody listens.
const stores = new WeakMap<object, ToldSnapshot<unknown>>()

/** The store of a source: one for a port, and on it one for the run, both the same every time. */
export function toldBy<State>(source: SnapshotSource<State>): ToldSnapshot<State> {
  // A source is only ever mapped to the store made of it, so the states are of one type.
  let store = stores.get(source) as ToldSnapshot<State> | undefined
  if (store === undefined) {
    if (!isSource(source)) {
      throw new TypeError(`useSnapshot takes a run, its snapshot port or a stream of snapshots, not ${String(source)}`)
    }
    if ('snapshot' in source) store = throwingErrorOf(source, toldBy(source.snapshot))
    else store = tellOf('subscribe' in source ? portOf(source) : readSnapshots(source))
    stores.set(source, store)
  }
  return store
}

/** A store that throws a run's fatal error, once it was told: React then renders again, whatever is selected. */
function throwingErrorOf<State>(
  run: { readonly error: RunError | undefined },
  { subscribe, read, readFirst }: ToldSnapshot<State>,
): ToldSnapshot<State> {
  const checked = (readSnapshot: () => Snapshot<State>) => (): Snapshot<State> => {
    const snapshot = readSnapshot()
    if (snapshot.status === 'error') throw run.error
    return snapshot
  }
  return { subscribe, read: checked(read), readFirst: checked(readFirst) }
}

function isSource(source: unknown): source is object {
  if (typeof source !== 'object' || source === null) return false
  return 'snapshot' in source || 'subscribe' in source || 'getReader' in source
}

function portOf<State>(port: SnapshotPort<State>): Observed<State> {
  return {
    latest: () => port.current,
    // Where there is no document there is no page to hydrate: this is the server.
    first: () => (typeof document === 'undefined' ? port.current : port.initial),
    observe: port.subscribe,
  }
}

function tellOf<State>({ latest, first, observe }: Observed<State>): ToldSnapshot<State> {
  const listeners = new Set<() => void>()
  /** The snapshot told last; undefined while nobody listens, and where there is none to show. */
  let told: Snapshot<State> | undefined
  /** Cancels the telling that waits for a frame, if one does. */
  let cancelDue: (() => void) | undefined
  /** Ends the observation; set while somebody listens. */
  let stop: (() => void) | undefined

  const cancel = (): void => {
    cancelDue?.()
    cancelDue = undefined
  }
  const take = (): void => {
    try {
      told = latest()
    } catch {
      // Whoever renders next asks again, and throws it.
      told = undefined
    }
  }
  const tell = (): void => {
    cancel()
    take()
    callAll(listeners)
  }
  const onChange = (sent: boolean): void => {
    if (sent) tell()
    else cancelDue ??= atNextFrame(tell)
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      if (stop === undefined) {
        take()
        stop = observe(onChange)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        cancel()
        stop = undefined
        told = undefined
      }
    },
    read: () => told ?? latest(),
    readFirst: first,
  }
}

/** What a listener threw last, until whoever sent takes it. */
let failure: { readonly thrown: unknown } | undefined

/**
 * Throws on what a listener threw while something was sent. A run reports what its listeners throw and goes on; but
 * React stops components that update each other without end by throwing in a listener, which must end the effect that
 * sent, or the page hangs.
 */
export function throwFailure(): void {
  if (failure === undefined) return
  const { thrown } = failure
  failure = undefined
  throw thrown
}

/** Calls every listener, one that throws notwithstanding; what was thrown last is thrown on. */
function callAll(listeners: Iterable<() => void>): void {
  failure = undefined
  for (const listener of listeners) {
    try {
      listener()
    } catch (thrown) {
      failure = { thrown }
    }
  }
  if (failure !== undefined) throw failure.thrown
}

/** Calls back with the next frame, or after a while where frames stand still; answers with what cancels it. */
function atNextFrame(callback: () => void): () => void {
  const timer = setTimeout(callback, PATIENCE)
  const frame = typeof requestAnimationFrame === 'function' ? requestAnimationFrame(callback) : undefined
  return () => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
  }
}
