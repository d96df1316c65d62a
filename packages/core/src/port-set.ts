// A set of ports: one party's locks and cursors on a run. Streams are built when they are touched. The log holds a set
// weakly: whoever holds one of its ports holds it.

import { type Ending, type Feed, FeedSource, unbuffered } from './feed.ts'
import { runId } from './identity.ts'
import { InPort } from './in-port.ts'
import { type Attached, currentSnapshot, type Log, outputCount, refusalCount, sequenceOf } from './log.ts'
import { mustBe } from './quote.ts'
import { RunError } from './run-error.ts'
import { isWhole } from './run-options.ts'
import type { Snapshot } from './snapshot.ts'
import { type SnapshotCursor, SnapshotPort } from './snapshot-port.ts'

/** How many outputs may wait unread before a set's `in` waits. */
const HIGH_WATER_MARK = 1024

/** Where a set stood when its `in` ended: what lies behind is not for it. */
interface End {
  readonly outputs: number
  readonly refusals: number
  readonly version: number
  readonly snapshot: Snapshot<unknown>
}

/** The state of a set of ports. */
export class PortSet implements Attached {
  readonly #log: Log
  readonly #initial: Snapshot<unknown>
  readonly #highWaterMark: number
  /** How many outputs, and how many refusals, `out` and `err` are past. */
  #position: number
  #refusalsRead: number
  #end: End | undefined
  /** Lets the write go on that waits for outputs to be read. */
  #resume: (() => void) | undefined
  #in: InPort<unknown> | undefined
  #out: ReadableStream<unknown> | undefined
  #outSource: FeedSource<unknown> | undefined
  #err: ReadableStream<RunError> | undefined
  #snapshot: SnapshotPort<unknown> | undefined
  readonly #sources = new Set<FeedSource<unknown>>()
  /** Through what its party may come to `out`; undefined of a run's own set. */
  #given: WeakRef<object> | undefined

  constructor(
    log: Log,
    initial: Snapshot<unknown>,
    position: number,
    refusalsRead: number,
    highWaterMark: number = HIGH_WATER_MARK,
  ) {
    this.#log = log
    this.#initial = initial
    this.#position = position
    this.#refusalsRead = refusalsRead
    this.#highWaterMark = highWaterMark
    attach(log, this)
  }

  get in(): InPort<unknown> {
    return (this.#in ??= new InPort(this.#log, this))
  }

  get out(): ReadableStream<unknown> {
    // Of a run's own set, outputs may have been let go before anybody asked for them.
    if (this.#out === undefined && this.#position < this.#log.droppedOutputs) {
      throw noPosition('where out begins', this.#position, this.#log)
    }
    return (this.#out ??= new ReadableStream(this.#startOut(), unbuffered))
  }

  /** Holds back what its `out` has not delivered, as long as somebody holds what it was given as. */
  give<Given extends object>(ports: Given): Given {
    this.#given = new WeakRef(ports)
    return ports
  }

  unread(): number | undefined {
    const isOpen = this.#outSource === undefined ? this.#given?.deref() !== undefined : !this.#outSource.ended
    const isPast = this.#end !== undefined && this.#position >= this.#end.outputs
    return isOpen && !isPast ? this.#position : undefined
  }

  get err(): ReadableStream<RunError> {
    return (this.#err ??= new ReadableStream(this.#source(this.#errFeed()), unbuffered))
  }

  get snapshot(): SnapshotPort<unknown> {
    return (this.#snapshot ??= new SnapshotPort(this.#log, this.#initial, (delivered) => this.#cursor(delivered)))
  }

  /** A cursor of its own on the snapshots behind some version. */
  #cursor(delivered: number): SnapshotCursor {
    const log = this.#log
    const feed = {
      delivered,
      hasNext: () => feed.delivered < (this.#end?.version ?? log.version),
      next: () => {
        feed.delivered = this.#end?.version ?? log.version
        return this.#end?.snapshot ?? currentSnapshot(log)
      },
      ending: () => (this.#end ?? log.end) && {},
    }
    return { feed, source: this.#source(feed) }
  }

  /** Whether the next write waits: for a recorder, or because the one under way filled up an `out` that is read. */
  isFull(): boolean {
    const { end, hold } = this.#log
    if (this.#end !== undefined || end !== undefined) return false
    if (hold?.()) return true
    if (outputCount(this.#log) - this.#position <= this.#highWaterMark) return false
    return this.#out?.locked === true && this.#outSource?.ended === false
  }

  /** Resolves when outputs were read, or will not be. */
  relief(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  /** Lets a waiting write look again. */
  resume(): void {
    this.#resume?.()
    this.#resume = undefined
  }

  /** `in` was closed: its readables deliver what is left and close. */
  close(): void | Promise<void> {
    const log = this.#log
    this.#end ??= {
      outputs: outputCount(log),
      refusals: refusalCount(log),
      version: log.version,
      snapshot: currentSnapshot(log),
    }
    this.resume()
    for (const source of this.#sources) source.settle()
  }

  /** `in` was aborted: `out` is errored with the reason, and the rest is as with `close`. */
  abort(reason: unknown): void {
    this.#out ??= new ReadableStream(this.#startOut(), unbuffered)
    this.#outSource?.fail(reason)
    void this.close()
  }

  runEnded(): void {
    this.resume()
    this.#in?.runEnded()
    for (const source of this.#sources) source.settle()
  }

  readsRefusals(): boolean {
    return this.#err?.locked === true
  }

  #source<Item>(feed: Feed<Item>): FeedSource<Item> {
    const source: FeedSource<Item> = new FeedSource(this.#log, feed, () => {
      this.#sources.delete(source)
      this.resume()
    })
    this.#sources.add(source)
    return source
  }

  #startOut(): FeedSource<unknown> {
    const log = this.#log
    this.#outSource = this.#source({
      hasNext: () => this.#position < (this.#end?.outputs ?? outputCount(log)),
      next: () => {
        const output = log.outputs[this.#position++ - log.droppedOutputs]
        if (this.#resume !== undefined && !this.isFull()) this.resume()
        return output
      },
      ending: () => (this.#end === undefined ? endOf(log) : {}),
    })
    return this.#outSource
  }

  #errFeed(): Feed<RunError> {
    const log = this.#log
    const limit = (): number => this.#end?.refusals ?? refusalCount(log)
    return {
      hasNext: () => this.#refusalsRead < limit(),
      next: () => {
        const missed = Math.min(log.droppedRefusals, limit()) - this.#refusalsRead
        if (missed <= 0) return log.refusals[this.#refusalsRead++ - log.droppedRefusals] as RunError
        this.#refusalsRead += missed
        return dropped(log, missed)
      },
      ending: () => (this.#end ?? log.end) && {},
    }
  }
}

/** How `out` ends with its run: errored by what is fatal, closed by completion. */
function endOf({ status, end }: Log): Ending | undefined {
  if (end === undefined) return undefined
  return status === 'error' ? { error: end } : {}
}

function dropped(log: Log, missed: number): RunError {
  return new RunError(
    'ERRORS_DROPPED',
    `${missed} refusals were dropped before this reader of err asked for them; the run keeps the latest 256: read err as it goes`,
    { sequence: sequenceOf(log), dropped: missed, run: () => runId(log) },
  )
}

/** Makes a set known to a log. */
export function attach(log: Log, set: PortSet): void {
  // Sets that nobody holds leave their references behind; they are swept whenever the list has doubled.
  if (log.sets.length >= 16 && (log.sets.length & (log.sets.length - 1)) === 0) {
    log.sets = log.sets.filter((held) => held.deref() !== undefined)
  }
  log.sets.push(new WeakRef(set))
}

/** The position that `from` says. */
export function positionOf(from: unknown, log: Log): number {
  const end = outputCount(log)
  const position = from === 'now' ? end : from === 'start' ? 0 : from
  if (isWhole(position, end) && position >= log.droppedOutputs) return position
  throw noPosition('from', from, log)
}

function noPosition(what: string, from: unknown, log: Log): RangeError {
  const { droppedOutputs: first } = log
  const start = first > 0 ? '' : ", 'start'"
  const before = first > 0 ? '; repository.open replays those before' : ''
  return new RangeError(mustBe(what, from, `'now'${start} or a position from ${first} to ${outputCount(log)}${before}`))
}
