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
  /** Items to handle again, before any others: their handling was aborted. */
  readonly retries: Positioned<Item>[]
  /** The current read, or one that ended while the component was hidden; undefined when the port has ended. */
  pending: Promise<Positioned<Item> | undefined> | undefined
}

type Positioned<Item> = readonly [item: Item, position: number]

/** Handles an item; `signal` aborts when the component unmounts. */
type Handle<Item> = (item: Item, position: number, signal: AbortSignal) => unknown

/** A port that one component follows. */
interface Following {
  readonly run: object
  /** Aborted when the component unmounts or a handler throws. */
  readonly stop: AbortController
  /** Whether the insertion effect was cleaned up and did not run again. */
  unmounting: boolean
  show(): void
  hide(): void
  stopIfUnmounted(): void
}

/** The cursors of components whose handler threw, by run and by name. The next component continues with them. */
const keptCursors = new WeakMap<object, Map<string, PortCursor<unknown>>>()

/** A cursor at the beginning of a stream. */
export function openCursor<Item>(stream: ReadableStream<Item>, position: number): PortCursor<Item> {
  return { reader: stream.getReader(), position, retries: [], pending: undefined }
}

/**
 * Follows a port from the first commit of this component until it unmounts. If a handler throws, the error goes to the
 * nearest error boundary, and the component that mounts next continues after that item.
 *
 * @param run the run of the port
 * @param name the name under which the cursor is kept after an error; a component with the same name continues with it
 * @param open opens the port, at the first commit
 * @param handle handles an item; the function of the latest render is used
 */
export function useFollowedPort<Item>(
  run: object,
  name: string,
  open: () => PortCursor<Item>,
  handle: Handle<Item>,
): void {
  const [, rethrow] = useState<never>()
  const latest = useRef(handle)
  const following = useRef<Following>(undefined)
  useInsertionEffect(() => {
    latest.current = handle
  })
  // React cleans up insertion effects when a component unmounts, and on Fast Refresh, where it runs them again at once.
  // It cleans up other effects when it hides a component too, and in the double mount of StrictMode.
  useInsertionEffect(() => {
    let current = following.current
    if (current?.run !== run || current.stop.signal.aborted) {
      const kept = keptCursors.get(run) ?? new Map<string, PortCursor<unknown>>()
      keptCursors.set(run, kept)
      // Cursors with one name on one run have items of one type.
      const cursor = (kept.get(name) as PortCursor<Item> | undefined) ?? open()
      kept.delete(name)
      current = follow(run, cursor, latest, (thrown) => {
        kept.set(name, cursor)
        rethrow(() => {
          throw thrown
        })
      })
      following.current = current
    }
    const { stopIfUnmounted } = current
    current.unmounting = false
    return () => {
      current.unmounting = true
      // A component that unmounts while it is hidden has no other effect left to clean up.
      void Promise.resolve().then(stopIfUnmounted)
    }
    // oxlint-disable-next-line react/exhaustive-deps -- a run's port is opened once, with the name of the first commit
  }, [run])
  useEffect(() => {
    const current = following.current
    current?.show()
    return () => {
      current?.hide()
      current?.stopIfUnmounted()
    }
  }, [run])
}

function follow<Item>(
  run: object,
  cursor: PortCursor<Item>,
  latest: { readonly current: Handle<Item> },
  onThrown: (thrown: unknown) => void,
): Following {
  const { reader, retries } = cursor
  const stop = new AbortController()
  const { signal } = stop
  /** The items that are being handled, in order. */
  const running = new Set<Positioned<Item>>()
  let shown = false
  let reading = false

  async function readOn(): Promise<void> {
    if (reading) return
    reading = true
    while (shown) {
      let next = retries.shift()
      if (next === undefined) {
        cursor.pending ??= read(cursor)
        next = await cursor.pending
        // Hidden in the meantime: the item stays pending until the component is shown again.
        if (next === undefined || !shown) break
        cursor.pending = undefined
      }
      void handleOne(next)
    }
    reading = false
  }

  async function handleOne(item: Positioned<Item>): Promise<void> {
    running.add(item)
    try {
      await latest.current(...item, signal)
      running.delete(item)
    } catch (thrown) {
      running.delete(item)
      if (signal.aborted) return
      shown = false
      stop.abort(thrown)
      retries.unshift(...running)
      onThrown(thrown)
    }
  }

  const following: Following = {
    run,
    stop,
    unmounting: false,
    show() {
      shown = !signal.aborted
      void readOn()
    },
    hide() {
      shown = false
    },
    stopIfUnmounted() {
      if (!following.unmounting || signal.aborted) return
      shown = false
      stop.abort()
      // After a fatal end `out` is errored and rejects the cancellation.
      reader.cancel().catch(() => undefined)
    },
  }
  return following
}

/** The next item; undefined at the end of the port. A fatal end errors `out`, but `err` is what reports it. */
async function read<Item>(cursor: PortCursor<Item>): Promise<Positioned<Item> | undefined> {
  const { done, value } = await cursor.reader.read().catch(() => ({ done: true, value: undefined }) as const)
  return done ? undefined : [value, cursor.position++]
}
