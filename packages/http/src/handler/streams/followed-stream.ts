// A stream of bytes about a run, or a list of runs, for one reader. It gives what there is when the reader asks, waits for more, and
// gives a sign of life if that takes long. Nothing is buffered: a reader that does not ask costs what this file holds, which is
// little, because there may be thousands of them.

import type { HeldRun, Host } from '../../host/host.ts'
import type { BareRequest } from '../../wire/bare.ts'
import type { Limits } from '../limits.ts'
import type { Subscribers } from './subscribers.ts'

/** What a stream gives next. */
export interface Piece {
  readonly bytes?: Uint8Array | undefined
  /** Whether nothing follows. */
  readonly isLast?: boolean
}

/** What a stream is about. */
export interface Followable {
  /** Calls a listener after each change, and when the host closes. */
  follow(listener: () => void): () => void
  /** Ends the use. */
  release(): void
  /** For a run: the id of the run that has taken its place. A reader that connects again is led there. */
  readonly successor?: string | undefined
}

/** Whom a stream is for. */
export interface Following<Subject extends Followable = HeldRun> {
  readonly subject: Subject
  readonly host: Host
  readonly subscribers: Subscribers
  readonly limits: Limits
  /** Aborts when the request does. Not every server says so: the stream is cancelled as well, or only. */
  readonly signal: AbortSignal | undefined
}

/** The signal that the stream of an answer watches, if it has to. */
export function streamSignal(request: BareRequest): AbortSignal | undefined {
  return request.cancelsBody === true ? undefined : request.signal
}

/** What a stream gives. */
export interface Followed {
  readonly heartbeat: Uint8Array
  /** What comes next; undefined if there is nothing new. */
  next(): Piece | undefined | Promise<Piece | undefined>
  /** Whether a reader that does not ask has fallen too far behind. */
  isTooFarBehind?(): boolean
}

/** A reader that has asked, and gets an answer once there is one. */
interface Asked {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Opens a stream. Its subject is released when it ends, whoever ends it.
 * @throws {HostError} `BUSY` if there are too many
 */
export function followedStream(
  { subject, host, subscribers, limits, signal }: Following<Followable>,
  source: Followed,
): ReadableStream<Uint8Array> {
  const since = performance.now()
  /** When the reader got something last. */
  let given = since
  let asked: Asked | undefined
  /** Whether `next` is being waited for, and whether something changed meanwhile. */
  let isLooking = false
  let isStale = false
  let isOver = false
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const remove = add()
  const unfollow = subject.follow(look)
  signal?.addEventListener('abort', abandon)

  function add(): () => void {
    try {
      return subscribers.add({ tick })
    } catch (thrown) {
      subject.release()
      throw thrown
    }
  }

  function tick(now: number): void {
    if (now - since >= limits.streamMs) end()
    else if (asked === undefined && source.isTooFarBehind?.() === true) end()
    else if (now - given >= limits.heartbeatMs && asked !== undefined && !isLooking) give({ bytes: source.heartbeat })
  }

  /** Looks for what is new, if the reader has asked. */
  function look(): void {
    if (host.closing.aborted || subject.successor !== undefined) return end()
    if (asked === undefined) return
    if (isLooking) {
      isStale = true
      return
    }
    const piece = source.next()
    if (!(piece instanceof Promise)) return give(piece)
    isLooking = true
    isStale = false
    piece.then(looked, fail)
  }

  function looked(piece: Piece | undefined): void {
    isLooking = false
    if (piece !== undefined || !isStale) give(piece)
    else look()
  }

  function give(piece: Piece | undefined): void {
    if (isOver || piece === undefined) return
    given = performance.now()
    if (piece.bytes !== undefined) controller?.enqueue(piece.bytes)
    if (piece.isLast === true) return end()
    const { resolve } = asked ?? {}
    asked = undefined
    resolve?.()
  }

  function fail(error: unknown): void {
    release()
    asked?.reject(error)
  }

  /** Lets go of everything. */
  function release(): void {
    if (isOver) return
    isOver = true
    remove()
    unfollow()
    signal?.removeEventListener('abort', abandon)
    subject.release()
  }

  /** Ends the stream where it is. */
  function end(): void {
    if (isOver) return
    release()
    controller?.close()
    asked?.resolve()
  }

  /** The reader is gone. */
  function abandon(): void {
    if (controller === undefined) release()
    else end()
  }

  return new ReadableStream<Uint8Array>(
    {
      start(made) {
        if (signal?.aborted === true) release()
        if (isOver) made.close()
        controller = made
      },
      pull: () =>
        new Promise<void>((resolve, reject) => {
          asked = { resolve, reject }
          look()
        }),
      cancel() {
        release()
        asked?.resolve()
      },
    },
    { highWaterMark: 0 },
  )
}
