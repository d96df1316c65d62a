// A readable port is a cursor over a log behind a stream that buffers nothing. It reads when it is asked, waits in the log
// if there is nothing to read, and ends when its cursor does.

import { streamClass } from '../data/built-ins.ts'
import type { Log, Waiting } from '../engine/log.ts'

/** What a readable port reads, and how it ends. */
export interface Cursor<Item> {
  hasNext(): boolean
  /** Takes the next item. It is called only if there is one. */
  next(): Item
  /** Takes the next item from elsewhere, if the log has dropped it. */
  fetch?(): Promise<Item> | undefined
  /** How the stream ends once nothing is left, or undefined while it goes on. */
  ending(): Ending | undefined
  /** Called once, when nothing more will be read; with the reason, if the reader cancelled. */
  ended?(reason?: unknown): void
}

/** An end: an ordinary one, or an error. */
export interface Ending {
  readonly error?: unknown
}

/** The underlying source of a readable port, and what a set of ports does with it. */
export interface CursorSource<Item> extends UnderlyingDefaultSource<Item>, Waiting {
  /** The stream in front of it. */
  stream?: { readonly locked: boolean }
  /** Whether nothing more will be read. */
  ended: boolean
  /** Ends the stream if its cursor has ended and nothing is left. */
  finish(): void
  /** Ends the stream with an error, whatever is left. */
  fail(error: unknown): void
}

/** A high-water mark of 0: an item is taken from the log when somebody asks for it, and not before. */
export const unbuffered: QueuingStrategy = Object.freeze({ highWaterMark: 0 })

/** The stream in front of a source. */
export function streamOf<Item>(source: CursorSource<Item>): ReadableStream<Item> {
  const stream = new (streamClass('ReadableStream'))(source, unbuffered)
  source.stream = stream
  return stream
}

/** The underlying source of a cursor over a log. */
export function cursorSource<Item>(log: Log, cursor: Cursor<Item>): CursorSource<Item> {
  let controller: ReadableStreamDefaultController<Item> | undefined
  function give(item: Item): void {
    if (source.ended) return
    controller?.enqueue(item)
    source.finish()
  }

  function read(): void {
    if (cursor.hasNext()) give(cursor.next())
    else {
      // The run may have ended after the last item was taken.
      source.finish()
      // It waits once, however often the stream asks: each wake is one item.
      if (!source.ended && !log.waiting.includes(source)) {
        log.waiting.push(source)
        log.watched?.()
      }
    }
  }

  function end(reason?: unknown): void {
    source.ended = true
    // Otherwise the log would hold a reader that left until something is committed next.
    log.waiting = log.waiting.filter((reader) => reader !== source)
    cursor.ended?.(reason)
    log.watched?.()
  }

  const source: CursorSource<Item> = {
    ended: false,
    start(given) {
      controller = given
      source.finish()
    },
    // Answers nothing rather than a promise if there is nothing to read. The stream asks again after each item.
    pull() {
      const fetched = cursor.fetch?.()
      if (fetched !== undefined) return fetched.then(give)
      read()
    },
    wake() {
      // If the reader that asked has left, nothing is taken for it: it would wait in the stream and grow stale.
      // What was just committed is never dropped yet.
      if (!source.ended && source.stream?.locked !== false) read()
    },
    cancel: end,
    finish() {
      const ending = cursor.ending()
      if (source.ended || ending === undefined || cursor.hasNext()) return
      if ('error' in ending) source.fail(ending.error)
      else {
        end()
        controller?.close()
      }
    },
    fail(error) {
      if (source.ended) return
      end()
      controller?.error(error)
    },
  }
  return source
}
