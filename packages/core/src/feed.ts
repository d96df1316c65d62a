// A readable port: a cursor over the log behind a stream that buffers nothing. It reads when it is asked, waits in the
// log when there is nothing, and ends with its feed.

import type { Log, Waiting } from './log.ts'

/** What a readable port reads, and how it ends. */
export interface Feed<Item> {
  hasNext(): boolean
  /** Takes the next item; only asked when there is one. */
  next(): Item
  /** Takes the next item from elsewhere, where the log no longer holds it. */
  fetch?(): Promise<Item> | undefined
  /** How the stream ends once nothing is left, or undefined while it goes on. */
  ending(): Ending | undefined
}

/** An end: an ordinary one, or with an error. */
export interface Ending {
  readonly error?: unknown
}

/** A high-water mark of 0: an item is taken from the log when somebody asks for it, and not before. */
export const unbuffered: QueuingStrategy = Object.freeze({ highWaterMark: 0 })

/** The underlying source of a readable port: what has no name where types of the DOM are not known. */
export class FeedSource<Item> implements Waiting {
  readonly #log: Log
  readonly #feed: Feed<Item>
  #controller: ReadableStreamDefaultController<Item> | undefined
  #ended = false
  readonly #onEnd: (() => void) | undefined

  /** `onEnd` is called when nothing more will be read. */
  constructor(log: Log, feed: Feed<Item>, onEnd?: () => void) {
    this.#log = log
    this.#feed = feed
    this.#onEnd = onEnd
  }

  get ended(): boolean {
    return this.#ended
  }

  start(controller: ReadableStreamDefaultController<Item>): void {
    this.#controller = controller
    this.settle()
  }

  // Answers nothing rather than a promise where there is nothing to read: the stream asks again after each item.
  pull(): void | Promise<void> {
    const fetched = this.#feed.fetch?.()
    if (fetched !== undefined) return fetched.then((item) => this.#give(item))
    if (this.#feed.hasNext()) this.#give(this.#feed.next())
    else {
      // The run may have ended since the last item was taken, with nothing more to read.
      this.settle()
      if (!this.#ended) this.#log.waiting.push(this)
    }
  }

  wake(): void {
    // What was just committed is held.
    if (!this.#ended) void this.pull()
  }

  cancel(): void {
    this.#end()
  }

  /** Ends the stream if its feed has ended and nothing is left. */
  settle(): void {
    if (this.#ended || this.#feed.hasNext()) return
    const ending = this.#feed.ending()
    if (ending === undefined) return
    if ('error' in ending) this.fail(ending.error)
    else {
      this.#end()
      this.#controller?.close()
    }
  }

  /** Ends the stream with an error, whatever is left. */
  fail(error: unknown): void {
    if (this.#ended) return
    this.#end()
    this.#controller?.error(error)
  }

  #give(item: Item): void {
    if (this.#ended) return
    this.#controller?.enqueue(item)
    this.settle()
  }

  #end(): void {
    this.#ended = true
    // The log would hold a reader that went while it waited until something is committed next.
    this.#log.waiting = this.#log.waiting.filter((reader) => reader !== this)
    this.#onEnd?.()
  }
}
