// A stream of bytes about one run, for one reader. It gives what there is when the reader asks, waits for more, and gives a sign of
// life if that takes long. Nothing is buffered: a reader that does not ask costs what this file holds.

import type { HeldRun, Host } from '../../host/host.ts'
import type { Subscribers } from './subscribers.ts'

/** What a stream gives next. */
export interface Piece {
  readonly bytes?: Uint8Array | undefined
  /** Whether nothing follows. */
  readonly isLast?: boolean
}

/** What a stream is made of. */
export interface FollowedStream {
  readonly run: HeldRun
  readonly host: Host
  readonly subscribers: Subscribers
  /** Aborts when the request does. Not every server says so: the stream is cancelled as well. */
  readonly signal: AbortSignal
  readonly heartbeat: Uint8Array
  readonly heartbeatMs: number
  /** Milliseconds after which it ends, at a place where its reader can go on. */
  readonly streamMs: number
  /** What comes next; undefined if there is nothing new. */
  next(): Piece | undefined | Promise<Piece | undefined>
  /** Whether a reader that does not ask has fallen too far behind. */
  isTooFarBehind?(): boolean
}

/**
 * Opens a stream. The run is released when it ends, whoever ends it.
 * @throws {HostError} `BUSY` if there are too many
 */
export function followedStream(plan: FollowedStream): ReadableStream<Uint8Array> {
  const { run, host, subscribers, signal, heartbeat, heartbeatMs, streamMs, next } = plan
  const since = performance.now()
  /** When the reader got something last. */
  let given = since
  /** Wakes the reader that waits, if it does. */
  let wake: ((why: 'news' | 'silence' | 'over') => void) | undefined
  let isOver = false
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined

  /** Counts changes, so that one between looking and waiting is not missed. */
  let changes = 0

  const remove = add()
  const unfollow = run.follow(() => {
    changes += 1
    wake?.(host.closing.aborted ? 'over' : 'news')
  })
  signal.addEventListener('abort', abandon)

  function add(): () => void {
    try {
      return subscribers.add({ tick })
    } catch (thrown) {
      run.release()
      throw thrown
    }
  }

  function tick(now: number): void {
    if (now - since >= streamMs) end()
    else if (wake === undefined && plan.isTooFarBehind?.() === true) end()
    else if (now - given >= heartbeatMs) wake?.('silence')
  }

  /** Lets go of everything. */
  function release(): void {
    if (isOver) return
    isOver = true
    remove()
    unfollow()
    signal.removeEventListener('abort', abandon)
    run.release()
  }

  /** Ends the stream where it is. */
  function end(): void {
    if (isOver) return
    release()
    controller?.close()
    wake?.('over')
  }

  /** The reader is gone. */
  function abandon(): void {
    release()
    wake?.('over')
    try {
      controller?.close()
    } catch {
      // It was cancelled or closed before.
    }
  }

  async function pull(): Promise<void> {
    while (!isOver) {
      if (host.closing.aborted) return end()
      const before = changes
      const piece = await next()
      // It may have ended meanwhile.
      if (isOver) return
      if (piece !== undefined) return give(piece)
      if (changes !== before) continue
      const why = await new Promise<'news' | 'silence' | 'over'>((resolve) => {
        wake = resolve
      })
      wake = undefined
      if (why === 'silence') return give({ bytes: heartbeat })
    }
  }

  function give({ bytes, isLast = false }: Piece): void {
    if (isOver) return
    given = performance.now()
    if (bytes !== undefined) controller?.enqueue(bytes)
    if (isLast) end()
  }

  return new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
        if (signal.aborted) abandon()
      },
      async pull() {
        try {
          await pull()
        } catch (thrown) {
          release()
          throw thrown
        }
      },
      cancel() {
        release()
        wake?.('over')
      },
    },
    { highWaterMark: 0 },
  )
}
