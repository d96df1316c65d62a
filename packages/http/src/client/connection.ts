// Keeps a run in step with its server: sends what is pending, one batch at a time, follows what the server tells while somebody
// reads, and tries again. Longer than other files, because sending and following wake, wait and end together.

import {
  givenBatch,
  type Log,
  newToken,
  oidAt,
  type Pending,
  sequenceOf,
  sequenceWaits,
  type TentativeLog,
  tentativeLog,
} from '@xmachines/core/internal'
import { IDEMPOTENCY_KEY, KNOWN_SEQUENCE } from '../wire/headers.ts'
import { JSON_TYPE, NDJSON_TYPE } from '../wire/media-types.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { pause, within } from './attempts.ts'
import { mayPass } from './connection-error.ts'
import type { Feed, FeedPlan, Sent } from './feed.ts'
import { asConnectionError, followStream } from './follow-stream.ts'
import { otherHistory } from './record-feed.ts'
import { refusalIn } from './refusal-in.ts'
import { bodyOf, type Requests, unreachable } from './requests.ts'

/** How a run is connected to its server at the moment. */
export type ConnectionState = 'connecting' | 'live' | 'offline'

/** Batches that were sent before. */
export type Adopted = readonly Pick<Pending<Sent>, 'batch' | 'details'>[]

/** What keeps a run in step with its server. */
export interface Connection {
  readonly ahead: TentativeLog<Sent>
  readonly state: ConnectionState
  /** Why it does not get through: for the moment, or for good. */
  readonly problem: Error | undefined
  /** Whether it does nothing any more. */
  readonly isClosed: boolean
  /** Has batches pending that were sent before this page was loaded. Nothing is sent before they are known. */
  adopt(batches: Adopted | Promise<Adopted>): void
  /** Resolves with the confirmed sequence once all that is pending now is confirmed or refused. */
  flush(): Promise<number>
  /** Calls a listener after every change of `state`, `problem` and what is pending. */
  onChange(listener: () => void): () => void
  /** Ends it, for good if there is a reason. */
  close(problem?: Error): void
}

/** Milliseconds for which a run is still followed when nobody reads it any more. */
const LINGERING = 1000
/** Bytes of a body that a browser still sends when its page is closed, with room for others. */
const OUTLIVING = 30_000

/** What a connection is opened with. */
export interface ConnectionPlan {
  readonly confirmed: Log
  readonly requests: Requests
  readonly url: string
  readonly feedOf: (plan: FeedPlan) => Feed
}

/** Begins to keep the log of a run in step with its server. Nothing is requested until somebody reads or sends. */
export function openConnection({ confirmed, requests, url, feedOf }: ConnectionPlan): Connection {
  const listeners = new Set<() => void>()
  const waits = sequenceWaits()
  const closing = new AbortController()
  const { signal } = closing
  /** Begins the keys of this client. It is drawn when the first batch is sent. */
  let session: string | undefined
  let sent = 0
  let writing = false
  /** Resolves once it is known what was sent before. */
  let ready: Promise<unknown> = Promise.resolve()
  /** Ends the stream that is followed. */
  let following: AbortController | undefined
  let isLive = false
  /** Why it has ended, if there is a reason; and why sending and following do not get through. */
  let failure: Error | undefined
  let sendProblem: Error | undefined
  let followProblem: Error | undefined
  let lingering: ReturnType<typeof setTimeout> | undefined

  const ahead = tentativeLog<Sent>(confirmed, {
    describe: (batch) => ({ key: `${(session ??= newToken())}-${++sent}`, given: givenBatch(batch), since: undefined }),
    onSent() {
      changed()
      void write()
      review()
    },
    isOpen: ({ details }) => details.since !== undefined,
    onWatched: review,
  })
  const feed = feedOf({ ahead, url, requests, onChange: changed, fail: close })

  function changed(): void {
    if (ahead.endIfFatal()) close()
    // Nothing follows.
    if (signal.aborted || confirmed.end !== undefined) following?.abort()
    waits.advance(ahead.settled)
    for (const listener of listeners) {
      try {
        listener()
      } catch (thrown) {
        // It is no matter of the connection.
        queueMicrotask(() => {
          throw thrown
        })
      }
    }
  }

  function close(problem?: Error): void {
    if (signal.aborted) return
    failure = problem
    isLive = false
    closing.abort()
    clearTimeout(lingering)
    waits.fail(problem ?? closedError(url))
    changed()
  }

  async function write(): Promise<void> {
    if (writing) return
    writing = true
    // Nothing is requested in the call that sends.
    await ready
    for (let failures = 0; !signal.aborted; ) {
      const [batch] = ahead.pending
      if (batch === undefined) break
      const { details } = batch
      const isFirst = details.since === undefined
      details.since ??= feed.known()
      try {
        await within(signal, async ({ signal: stop }, onBytes) => {
          const snapshot = await patch(details, stop)
          onBytes()
          await feed.onApplied(batch, snapshot, stop)
        })
        failures = 0
        sendProblem = undefined
        changed()
      } catch (thrown) {
        if (signal.aborted) break
        const error = asConnectionError(thrown, url)
        const refusal = error && refusalIn(error, eventsOf(details.given))
        if (refusal !== undefined) {
          failures = 0
          ahead.refuse(batch, refusal)
          feed.onRefused()
          changed()
          continue
        }
        if (error?.code === 'KEY_EXPIRED' && isFirst) {
          // It was not sent before, so it was not applied. By now more is known.
          details.since = undefined
        } else if (error === undefined || !mayPass(error)) {
          close(thrown as Error)
          break
        }
        sendProblem = error
        changed()
        await pause(signal, ++failures, error.retryAfter)
      }
    }
    writing = false
  }

  async function patch({ key, given, since = 0 }: Sent, stop: AbortSignal): Promise<WireSnapshot> {
    const body = eventsOf(given)
      .map((event) => JSON.stringify(event))
      .join('\n')
    const response = await requests.send('', {
      method: 'PATCH',
      headers: {
        accept: JSON_TYPE,
        // One event is a batch of one.
        'content-type': NDJSON_TYPE,
        [IDEMPOTENCY_KEY]: key,
        [KNOWN_SEQUENCE]: String(since),
      },
      body,
      signal: stop,
      keepalive: body.length < OUTLIVING,
    })
    const snapshot = (await bodyOf(url, response)) as WireSnapshot
    if (snapshot.run !== oidAt(confirmed, 0)) throw otherHistory(url, `it is that of the run ${snapshot.run}`)
    return snapshot
  }

  /** Whether somebody reads, or has sent something. */
  function isWanted(): boolean {
    return ahead.isWatched || ahead.pending.length > 0
  }

  /** Begins to follow the server if that is wanted, and stops some time after it is not. */
  function review(): void {
    if (signal.aborted || confirmed.end !== undefined) return
    if (isWanted() && following === undefined) {
      following = new AbortController()
      void followStream(following.signal, {
        url,
        open: (stop) => requests.send(feed.path(), { headers: { accept: feed.accept }, signal: stop }),
        onEvent: ({ event, data }) => feed.onEvent(event, JSON.parse(data) as unknown),
        onState(live, error) {
          isLive = live
          followProblem = error
          changed()
        },
        fail: close,
      })
    } else if (!isWanted() && following !== undefined && lingering === undefined) {
      lingering = setTimeout(() => {
        lingering = undefined
        if (isWanted()) return
        following?.abort()
        following = undefined
        isLive = false
        changed()
      }, LINGERING)
    }
  }

  return {
    ahead,
    get state() {
      if (isLive || confirmed.status === 'done') return 'live'
      return signal.aborted || followProblem !== undefined || sendProblem !== undefined ? 'offline' : 'connecting'
    },
    get problem() {
      return failure ?? sendProblem ?? followProblem
    },
    get isClosed() {
      return signal.aborted
    },
    adopt(batches) {
      const take = (adopted: Adopted): void => {
        if (adopted.length === 0) return
        ahead.adopt(adopted)
        changed()
        void write()
        review()
      }
      if (batches instanceof Promise) ready = batches.then(take)
      else take(batches)
    },
    async flush() {
      if (ahead.pending.length > 0) {
        if (signal.aborted) throw failure ?? closedError(url)
        await waits.until(ahead.latest)
      }
      return sequenceOf(confirmed)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close,
  }
}

function eventsOf(batch: unknown): readonly unknown[] {
  return Array.isArray(batch) ? batch : [batch]
}

function closedError(url: string): Error {
  return unreachable(url, new Error('the connection was closed'))
}
