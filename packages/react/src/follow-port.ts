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

/** How a component follows a port, with what its latest render gave. */
export interface Following<Item, Latest> {
  /** Opens the port, at the first commit. */
  open(): PortCursor<Item>
  /** Handles an item; `signal` is the same for all, and aborts when the component unmounts or a handler throws. */
  handle(item: Item, position: number, signal: AbortSignal, latest: Latest): unknown
  /** What a component must have in common with one that threw, to continue at its position. */
  kind(latest: Latest): string
  /** Called when the component unmounts. */
  close?(): void
}

/** What follows something for one component, as it is shown and hidden. */
export interface Follower {
  readonly run: object
  /** Aborted when the component unmounts or a handler throws. */
  readonly stop: AbortController
  /** Whether the insertion effect was cleaned up and did not run again. */
  unmounting: boolean
  show(): void
  hide(): void
  stopIfUnmounted(): void
}

/** The cursors of components whose handler threw, by run and by kind. The next components continue with them. */
const keptCursors = new WeakMap<object, Map<string, PortCursor<unknown>[]>>()

/** A cursor at the beginning of a stream. */
export function openCursor<Item>(stream: ReadableStream<Item>, position: number): PortCursor<Item> {
  return { reader: stream.getReader(), position, retries: [], pending: undefined }
}

/**
 * Follows a port from the first commit of this component until it unmounts. If a handler throws, the error goes to the
 * nearest error boundary, and the component that mounts next continues after that item.
 *
 * @param run the run of the port
 * @param latest what this render gives to the handling
 * @param begin called at the first commit: how to open the port and handle its items
 */
export function useFollowedPort<Item, Latest>(run: object, latest: Latest, begin: () => Following<Item, Latest>): void {
  useFollower(run, latest, (given, rethrow) => followPort(run, begin(), given, rethrow))
}

/**
 * Keeps a follower from the first commit of this component until it unmounts.
 *
 * @param run what it follows: another one begins another follower
 * @param latest what this render gives to the handling
 * @param begin makes a follower, at the first commit. It gets what the latest commit gave, and a function that throws to the
 *   nearest error boundary
 */
export function useFollower<Latest>(
  run: object,
  latest: Latest,
  begin: (given: { readonly current: Latest }, rethrow: (thrown: unknown) => void) => Follower,
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
    let current = follower.current
    if (current?.run !== run || current.stop.signal.aborted) {
      current = begin(given, (thrown) =>
        setThrown(() => {
          throw thrown
        }),
      )
      follower.current = current
    }
    const { stopIfUnmounted } = current
    current.unmounting = false
    return () => {
      current.unmounting = true
      // A component that unmounts while it is hidden has no other effect left to clean up.
      void Promise.resolve().then(stopIfUnmounted)
    }
    // oxlint-disable-next-line react/exhaustive-deps -- a run is followed once, with what the first commit gave
  }, [run])
  useEffect(() => {
    const current = follower.current
    current?.show()
    return () => {
      current?.hide()
      current?.stopIfUnmounted()
    }
  }, [run])
}

/** Follows a port, from where a component of the same kind threw, or from the start. */
export function followPort<Item, Latest>(
  run: object,
  following: Following<Item, Latest>,
  given: { readonly current: Latest },
  rethrow: (thrown: unknown) => void,
): Follower {
  const kept = keptCursors.get(run)
  // Cursors of one kind on one run have items of one type.
  const cursor = (kept?.get(following.kind(given.current))?.shift() as PortCursor<Item> | undefined) ?? following.open()
  return follow(run, cursor, following, given, (thrown) => {
    keep(run, following.kind(given.current), cursor)
    rethrow(thrown)
  })
}

/** Keeps the cursor of a component whose handler threw. */
function keep(run: object, kind: string, cursor: PortCursor<unknown>): void {
  const kept = keptCursors.get(run) ?? new Map<string, PortCursor<unknown>[]>()
  keptCursors.set(run, kept)
  kept.set(kind, [...(kept.get(kind) ?? []), cursor])
}

function follow<Item, Latest>(
  run: object,
  cursor: PortCursor<Item>,
  { handle, close }: Pick<Following<Item, Latest>, 'handle' | 'close'>,
  given: { readonly current: Latest },
  onThrown: (thrown: unknown) => void,
): Follower {
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
      await handle(...item, signal, given.current)
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

  const follower: Follower = {
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
      if (!follower.unmounting || signal.aborted) return
      shown = false
      stop.abort()
      close?.()
      // After a fatal end `out` is errored and rejects the cancellation.
      reader.cancel().catch(() => undefined)
    },
  }
  return follower
}

/** The next item; undefined at the end of the port. A fatal end errors `out`, but `err` is what reports it. */
async function read<Item>(cursor: PortCursor<Item>): Promise<Positioned<Item> | undefined> {
  const { done, value } = await cursor.reader.read().catch(() => ({ done: true, value: undefined }) as const)
  return done ? undefined : [value, cursor.position++]
}
