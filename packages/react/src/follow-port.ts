// Follows a readable port for a component. It handles each item once, in order, and only while the component is shown.
//
//   first commit ─ open ─► shown ⇄ hidden (<Activity>, StrictMode) ─► unmounted: abort the running handlers
//                            └─ a handler throws ─► keep the cursor for the next component, throw to the boundary
//
// All of it happens in effects, so a render that React discards opens nothing.

import { useEffect, useInsertionEffect, useRef, useState } from 'react'

/** A port opened for a component, and how far it has been read. */
export interface PortCursor<Item> {
  readonly reader: ReadableStreamDefaultReader<Item>
  /** The position of the next item to be read. */
  position: number
  /** Items whose handling was aborted, to be handled again; and then the current read, which gives nothing at the end. */
  readonly waiting: (Positioned<Item> | Promise<Positioned<Item> | undefined>)[]
  /** Whether an item is to be handled. */
  wants(item: Item, position: number): boolean
}

type Positioned<Item> = readonly [item: Item, position: number]

/** How a component follows a port, with what its latest render gave. */
export interface Following<Item, Latest> {
  /** Opens the port, at the first commit. */
  open(): PortCursor<Item>
  /** Handles an item with what the latest render gave. */
  handle(item: Item, position: number, latest: Latest): unknown
  /** What a component must have in common with one that threw, to continue at its position. */
  kind(latest: Latest): string
}

/** What follows something for one component, as it is shown and hidden. */
export interface Follower {
  readonly run: object
  /** Aborts when the component unmounts or a handler throws. */
  readonly signal: AbortSignal
  /** The insertion effect; returns its clean-up. */
  mount(): () => void
  /** The effect; returns its clean-up. */
  show(): () => void
}

/** Makes a follower with what the latest commit gave, and a function that throws to the nearest error boundary. */
export type MakeFollower<Latest> = (given: { readonly current: Latest }, rethrow: (thrown: unknown) => void) => Follower

/** The cursors of components whose handler threw, by run and by kind. The next components continue with them. */
const keptCursors = new WeakMap<object, Map<string, PortCursor<unknown>[]>>()

/** A cursor at the beginning of a stream, with items that come before those of the stream. */
export function openCursor<Item>(
  stream: ReadableStream<Item>,
  position: number,
  wants: PortCursor<Item>['wants'] = () => true,
  waiting: PortCursor<Item>['waiting'] = [],
): PortCursor<Item> {
  return { reader: stream.getReader(), position, waiting, wants }
}

/**
 * Follows a port from the first commit of this component until it unmounts. If a handler throws, the error goes to the
 * nearest error boundary, and the component that mounts next continues after that item.
 *
 * @param run the run of the port: if it changes, following begins again
 * @param latest what this render gives to the handling
 * @param begin called at the first commit: how to open the port and handle its items. `signal` aborts when the component
 *   unmounts or a handler throws
 * @param makeFollower makes what follows instead of a port. It gets what the latest commit gave, and a function that throws to the
 *   nearest error boundary
 */
export function useFollowedPort<Item, Latest>(
  run: object,
  latest: Latest,
  begin: (signal: AbortSignal) => Following<Item, Latest>,
  makeFollower: (...given: Parameters<typeof followPort<Item, Latest>>) => Follower = followPort,
): void {
  const [, setThrown] = useState<never>()
  const given = useRef(latest)
  const follower = useRef<Follower>(undefined)
  useInsertionEffect(() => {
    given.current = latest
  })
  // React cleans up insertion effects when a component unmounts, and on Fast Refresh, where it runs them again at once.
  // It cleans up other effects when it hides a component too, and in the double mount of StrictMode.
  useInsertionEffect(() => {
    if (follower.current?.run !== run || follower.current.signal.aborted) {
      follower.current = makeFollower(
        given,
        (thrown) =>
          setThrown(() => {
            throw thrown
          }),
        run,
        begin,
      )
    }
    return follower.current.mount()
    // oxlint-disable-next-line react/exhaustive-deps -- a run is followed once, with what the first commit gave
  }, [run])
  useEffect(() => follower.current?.show(), [run])
}

/** Follows a port, from where a component of the same kind threw, or from the start. */
function followPort<Item, Latest>(
  given: { readonly current: Latest },
  rethrow: (thrown: unknown) => void,
  run: object,
  begin: (signal: AbortSignal) => Following<Item, Latest>,
): Follower {
  const stop = new AbortController()
  const { signal } = stop
  const { open, handle, kind } = begin(signal)
  // Cursors of one kind on one run have items of one type.
  const cursor = (keptCursors.get(run)?.get(kind(given.current))?.shift() as PortCursor<Item> | undefined) ?? open()
  const { reader, waiting } = cursor
  /** The items that are being handled, in order. */
  const running = new Set<Positioned<Item>>()
  /** Whether the insertion effect was cleaned up and did not run again. */
  let unmounting = false
  let shown = false
  let reading = false

  async function readOn(): Promise<void> {
    if (reading) return
    reading = true
    while (shown) {
      if (waiting.length === 0) {
        waiting.push(
          reader.read().then(
            ({ done, value }) => (done ? undefined : [value, cursor.position++]),
            // A fatal end errors `out`, but `err` is what reports it.
            () => undefined,
          ),
        )
      }
      const next = await waiting[0]
      // Hidden in the meantime: the item waits until the component is shown again.
      if (next === undefined || !shown) break
      void waiting.shift()
      void handleOne(next)
    }
    reading = false
  }

  async function handleOne(item: Positioned<Item>): Promise<void> {
    running.add(item)
    try {
      if (cursor.wants(...item)) await handle(...item, given.current)
      running.delete(item)
    } catch (thrown) {
      running.delete(item)
      if (signal.aborted) return
      shown = false
      stop.abort(thrown)
      waiting.unshift(...running)
      const sort = kind(given.current)
      const all = keptCursors.get(run) ?? new Map<string, PortCursor<unknown>[]>()
      keptCursors.set(run, all.set(sort, [...(all.get(sort) ?? []), cursor]))
      rethrow(thrown)
    }
  }

  function stopIfUnmounted(): void {
    if (!unmounting || signal.aborted) return
    shown = false
    stop.abort()
    // After a fatal end `out` is errored and rejects the cancellation.
    reader.cancel().catch(() => undefined)
  }

  return {
    run,
    signal,
    mount() {
      unmounting = false
      return () => {
        unmounting = true
        // A component that unmounts while it is hidden has no other effect left to clean up.
        void Promise.resolve().then(stopIfUnmounted)
      }
    },
    show() {
      shown = !signal.aborted
      void readOn()
      return () => {
        shown = false
        stopIfUnmounted()
      }
    },
  }
}
