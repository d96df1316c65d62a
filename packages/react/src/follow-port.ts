// Follows a readable port for a component: each item is handled once, in order, and only while the component is shown.
//
//   first commit ─ open ─► shown ⇄ hidden (<Activity>, StrictMode) ─► unmounted: what runs is aborted
//                            └─ a handler throws ─► left behind for whoever mounts next, and thrown to the boundary
//
// All of it happens in effects: what React renders and throws away has opened nothing.

import { useEffect, useInsertionEffect, useRef, useState } from 'react'

/** A port opened for a component, and where its reading is. */
export interface Cursor<Item> {
  readonly reader: ReadableStreamDefaultReader<Item>
  /** The position of the next item that is read. */
  position: number
  /** Items that were read and are to be handled before others. */
  readonly back: Placed<Item>[]
  /** The read under way, or one that came while nobody was shown; it answers undefined at the end. */
  pending: Promise<Placed<Item> | undefined> | undefined
}

/** An item and its position. */
type Placed<Item> = readonly [item: Item, position: number]

/** Handles an item; `signal` aborts when the component is unmounted. */
type Handle<Item> = (item: Item, position: number, signal: AbortSignal) => unknown

/** One component's reading of one port. */
interface Following {
  readonly run: object
  /** Aborted when it is over. */
  readonly stop: AbortController
  /** Whether the effect that holds it was cleaned up, and not put back. */
  leaving: boolean
  show(): void
  hide(): void
  endIfLeaving(): void
}

/**
 * What handlers that threw left behind: for each run, by what was followed, the cursor with which the next component
 * goes on behind the item that failed.
 */
const leftBehind = new WeakMap<object, Map<string, Cursor<unknown>>>()

/** A cursor at the beginning of what a stream still has to give. */
export function openCursor<Item>(stream: ReadableStream<Item>, position: number): Cursor<Item> {
  return { reader: stream.getReader(), position, back: [], pending: undefined }
}

/**
 * Follows a port from this component's first commit to its end. What a handler throws is thrown to the nearest error
 * boundary; the component that then mounts in its place goes on behind that item.
 *
 * @param run whose port it is
 * @param what names what is followed: whoever follows the same goes on where a handler threw
 * @param open opens the port, at the first commit
 * @param handle handles an item; the latest one given is used
 */
export function useFollowedPort<Item>(run: object, what: string, open: () => Cursor<Item>, handle: Handle<Item>): void {
  const [, rethrow] = useState<never>()
  const latest = useRef(handle)
  const following = useRef<Following>(undefined)
  useInsertionEffect(() => {
    latest.current = handle
  })
  // Insertion effects are cleaned up on true unmount and on Fast Refresh, which puts them back at once; other effects
  // also where React hides a component, and on the rehearsal of StrictMode.
  useInsertionEffect(() => {
    let held = following.current
    if (held?.run !== run || held.stop.signal.aborted) {
      const cursors = leftBehind.get(run) ?? new Map<string, Cursor<unknown>>()
      leftBehind.set(run, cursors)
      // What is followed under one name on one run is of one type.
      const cursor = (cursors.get(what) as Cursor<Item> | undefined) ?? open()
      cursors.delete(what)
      held = follow(run, cursor, latest, (thrown) => {
        cursors.set(what, cursor)
        rethrow(() => {
          throw thrown
        })
      })
      following.current = held
    }
    const { endIfLeaving } = held
    held.leaving = false
    return () => {
      held.leaving = true
      // A component that is unmounted while it is hidden has no other effects left to clean up.
      queueMicrotask(endIfLeaving)
    }
    // oxlint-disable-next-line react/exhaustive-deps -- the port is opened once for a run, whatever is followed on it later
  }, [run])
  useEffect(() => {
    const held = following.current
    held?.show()
    return () => {
      held?.hide()
      held?.endIfLeaving()
    }
  }, [run])
}

function follow<Item>(
  run: object,
  cursor: Cursor<Item>,
  latest: { readonly current: Handle<Item> },
  onThrown: (thrown: unknown) => void,
): Following {
  const { reader, back } = cursor
  const stop = new AbortController()
  const { signal } = stop
  /** Items whose handling goes on, in order. */
  const underWay = new Set<Placed<Item>>()
  let shown = false
  let reading = false

  async function readOn(): Promise<void> {
    if (reading) return
    reading = true
    while (shown) {
      let placed = back.shift()
      if (placed === undefined) {
        cursor.pending ??= read(cursor)
        placed = await cursor.pending
        // Hidden meanwhile, it leaves the item to whoever goes on.
        if (placed === undefined || !shown) break
        cursor.pending = undefined
      }
      void handleOne(placed)
    }
    reading = false
  }

  async function handleOne(placed: Placed<Item>): Promise<void> {
    underWay.add(placed)
    try {
      await latest.current(...placed, signal)
      underWay.delete(placed)
    } catch (thrown) {
      underWay.delete(placed)
      if (signal.aborted) return
      shown = false
      stop.abort(thrown)
      // What was aborted half-way is handled again.
      back.unshift(...underWay)
      onThrown(thrown)
    }
  }

  const following: Following = {
    run,
    stop,
    leaving: false,
    show() {
      shown = !signal.aborted
      void readOn()
    },
    hide() {
      shown = false
    },
    endIfLeaving() {
      if (!following.leaving || signal.aborted) return
      shown = false
      stop.abort()
      // A fatal end has errored `out`, and there is nothing left to cancel.
      reader.cancel().catch(() => undefined)
    },
  }
  return following
}

/** The next item; undefined where there will be none. A fatal end errors `out`: that is told on `err`. */
async function read<Item>(cursor: Cursor<Item>): Promise<Placed<Item> | undefined> {
  const { done, value } = await cursor.reader.read().catch(() => ({ done: true, value: undefined }) as const)
  return done ? undefined : [value, cursor.position++]
}
