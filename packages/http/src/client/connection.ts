// Keeps the two logs of a run in step with its server. Longer than other files, because what is sent and what is received take
// account of each other.
//
//   send ─► tentative ─► PATCH, one batch at a time, with a key ─► its place in the history
//   GET history, as server-sent events ─► held while a PATCH is under way ─► confirmed ─► what is pending is stepped again

import {
  type Batch,
  encodeBatches,
  givenBatch,
  newToken,
  oidAt,
  type Pending,
  sequenceOf,
  sequenceWaits,
  type TentativeLog,
  tentativeLog,
} from '@xmachines/core/internal'
import type { StoredRecord } from '@xmachines/core/store'
import { SSE_EVENTS } from '../wire/frames.ts'
import { IDEMPOTENCY_KEY, KNOWN_SEQUENCE } from '../wire/headers.ts'
import { JSON_TYPE, NDJSON_TYPE } from '../wire/media-types.ts'
import { encodeOffset } from '../wire/offset.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'
import { ConnectionError, mayPass } from './connection-error.ts'
import { bodyOf, type Requests, refusalIn } from './requests.ts'
import { serverSentEvents } from './server-sent-events.ts'
import { onWake } from './wake.ts'

/** How a run is connected to its server at the moment. */
export type ConnectionState = 'connecting' | 'live' | 'offline'

/** What is known of a batch that the server has not confirmed. */
export interface Sent {
  /** Its idempotency key. */
  readonly key: string
  /** Its event as it was written, or several. */
  readonly given: unknown
  /** The confirmed sequence when it was first sent to the server. Undefined if it was not. */
  since: number | undefined
  /** The sequence that the server gave it. */
  place?: number
}

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
  /** Takes records of the history, the first of which has a sequence. */
  receive(from: number, records: readonly StoredRecord[]): void
  /** Has batches pending that were sent before this page was loaded. Nothing is sent before they are known. */
  adopt(batches: Adopted | Promise<Adopted>): void
  /** Resolves with the confirmed sequence once all that is pending now is confirmed or refused. */
  flush(): Promise<number>
  /** Calls a listener after every change of `state`, `problem` and what is pending. */
  onChange(listener: () => void): () => void
  /** Ends it, for good if there is a reason. */
  close(problem?: Error): void
}

/** Milliseconds before a request is made again: at first, and at most. */
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 10_000
/** Milliseconds without an answer, or a sign of life, after which a request is given up. A server gives one every 15 s. */
const SILENCE = 45_000
/** Milliseconds without a sign of life after which a stream is not trusted when the page wakes. */
const DOUBTFUL = 20_000
/** Milliseconds for which a run is still followed when nobody reads it any more. */
const LINGERING = 1000
/** Bytes of a body that a browser still sends when its page is closed, with room for others. */
const OUTLIVING = 30_000

/** Begins to keep the log of a run in step with its server. Nothing is requested until somebody reads or sends. */
export function openConnection(
  confirmed: Parameters<typeof tentativeLog>[0],
  { send, readHistory }: Requests,
  url: string,
): Connection {
  const listeners = new Set<() => void>()
  const waits = sequenceWaits()
  const closing = new AbortController()
  const { signal } = closing
  /** Records that came in, and are not applied yet. They follow each other. */
  let held: { readonly sequence: number; readonly record: StoredRecord }[] = []
  /** Begins the keys of this client. It is drawn when the first batch is sent. */
  let session: string | undefined
  let sent = 0
  let writing = false
  /** Resolves once it is known what was sent before. */
  let ready: Promise<unknown> = Promise.resolve()
  /** Ends the stream that is followed. */
  let following: AbortController | undefined
  let isLive = false
  /** Why sending and following do not get through. */
  const problems: { ended?: Error; send?: Error | undefined; follow?: Error | undefined } = {}
  let lastByte = 0
  /** Ends the pauses. */
  const resting = new Set<() => void>()
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

  function changed(): void {
    if (ahead.endIfFatal()) close()
    waits.advance(ahead.settled)
    for (const listener of listeners) listener()
  }

  function tell(from: 'send' | 'follow', problem: Error | undefined): void {
    if (problems[from] === problem) return
    problems[from] = problem
    changed()
  }

  function close(problem?: Error): void {
    if (signal.aborted) return
    if (problem !== undefined) problems.ended = problem
    isLive = false
    closing.abort()
    clearTimeout(lingering)
    waits.fail(problem ?? closedError(url))
    changed()
  }

  /** Waits, the longer the more often it failed, and at random so that many clients do not come back at once. */
  function pause(failures: number, least = 0): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1))
    return new Promise((resolve) => {
      const timer = setTimeout(go, Math.max(least, longest * (0.5 + Math.random() / 2)))
      resting.add(go)
      signal.addEventListener('abort', go)
      function go(): void {
        clearTimeout(timer)
        resting.delete(go)
        signal.removeEventListener('abort', go)
        resolve()
      }
    })
  }

  /** Acts until it is done, the connection closes, or there is silence for too long. */
  async function within<Result>(
    stop: AbortController,
    act: (signal: AbortSignal, onBytes: () => void) => Promise<Result>,
  ): Promise<Result> {
    const abort = (): void => stop.abort()
    let timer = setTimeout(abort, SILENCE)
    signal.addEventListener('abort', abort)
    try {
      return await act(stop.signal, () => {
        clearTimeout(timer)
        timer = setTimeout(abort, SILENCE)
      })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
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
      details.since ??= held.at(-1)?.sequence ?? sequenceOf(confirmed)
      try {
        place(batch, await within(new AbortController(), (stop) => patch(details, stop)))
        if (details.place !== undefined) await settle(batch.ordinal, details.place)
        failures = 0
        tell('send', undefined)
      } catch (thrown) {
        const error = asError(thrown, url)
        const refusal = error instanceof ConnectionError ? refusalIn(error, eventsOf(details.given)) : undefined
        if (refusal !== undefined) {
          failures = 0
          ahead.refuse(batch, refusal)
          drain()
          changed()
        } else if (error instanceof ConnectionError && error.code === 'KEY_EXPIRED' && isFirst) {
          // It was not sent before, so it was not applied. By now more is known.
          details.since = undefined
          await pause(++failures)
        } else if (error instanceof ConnectionError && mayPass(error)) {
          tell('send', error)
          await pause(++failures, error.retryAfter)
        } else close(error)
      }
    }
    writing = false
  }

  async function patch({ key, given, since = 0 }: Sent, stop: AbortSignal): Promise<WireSnapshot> {
    const isOne = !Array.isArray(given)
    const body = eventsOf(given)
      .map((event) => JSON.stringify(event))
      .join('\n')
    const response = await send('', {
      method: 'PATCH',
      headers: {
        accept: JSON_TYPE,
        'content-type': isOne ? JSON_TYPE : NDJSON_TYPE,
        [IDEMPOTENCY_KEY]: key,
        [KNOWN_SEQUENCE]: String(since),
      },
      body,
      signal: stop,
      keepalive: body.length < OUTLIVING,
    })
    // It is checked by whoever uses it.
    return (await bodyOf(url, response)) as WireSnapshot
  }

  /** The server has a batch: at this place. */
  function place({ ordinal, details }: Pending<Sent>, { run, sequence, head }: WireSnapshot): void {
    if (run !== oidAt(confirmed, 0)) throw otherHistory(url, `it is that of the run ${run}`)
    const known = sequenceOf(confirmed)
    if (sequence <= known) {
      // It was applied before this client last heard of it.
      if (oidAt(confirmed, sequence) !== head) throw otherHistory(url, `its record ${sequence} is ${head}`)
      ahead.step((batch) => batch.ordinal !== ordinal)
      drain()
      changed()
      return
    }
    details.place = sequence
    const [first] = ahead.pending
    if (sequence === known + 1 && first?.isShown === true) {
      // Nobody else was first, so the record is known, and only its oid is to be compared.
      const { records } = encodeBatches(confirmed, [first.batch as Batch])
      if (records[0]?.oid === head) ahead.keep(records)
    }
    drain()
    changed()
  }

  /** Resolves once a batch with a place is confirmed. */
  async function settle(ordinal: number, place: number): Promise<void> {
    if (ahead.settled >= ordinal || signal.aborted) return
    await within(new AbortController(), async (stop) => {
      const from = sequenceOf(confirmed)
      receive(from + 1, await readHistory(encodeOffset({ sequence: from, oid: oidAt(confirmed, from) }), stop))
    })
    if (ahead.settled >= ordinal || signal.aborted) return
    throw new ConnectionError('UNAVAILABLE', `${url} does not show the batch ${place} yet`, { status: 503 })
  }

  function receive(from: number, records: readonly StoredRecord[]): void {
    let latest = held.at(-1)?.sequence ?? sequenceOf(confirmed)
    for (const [at, record] of records.entries()) {
      if (from + at <= latest) continue
      latest = from + at
      held.push({ sequence: latest, record })
    }
    drain()
    changed()
  }

  /** Applies what came in. While a batch is under way, nobody knows whether it is among that. */
  function drain(): void {
    try {
      for (let isDone = false; !isDone && !signal.aborted; ) {
        const [first] = ahead.pending
        const place = first?.details.place
        if (first?.details.since !== undefined && place === undefined) return
        held = held.filter(({ sequence }) => sequence > sequenceOf(confirmed))
        const due = place === undefined ? held : held.filter(({ sequence }) => sequence <= place)
        isDone = due.length === 0
        if (isDone) return
        held = held.slice(due.length)
        const own = due.at(-1)?.sequence === place ? first?.ordinal : undefined
        ahead.take(
          due.map(({ record }) => record),
          ({ ordinal }) => ordinal !== own,
        )
        if (confirmed.end !== undefined) following?.abort()
      }
    } catch (thrown) {
      // A history that this machine cannot go on with stays so.
      close(asError(thrown, url))
    }
  }

  /** Begins to follow the server if somebody reads, and stops some time after nobody does. */
  function review(): void {
    const isWanted = ahead.isWatched || ahead.pending.length > 0
    if (signal.aborted || confirmed.end !== undefined) return
    if (isWanted && following === undefined) {
      following = new AbortController()
      void follow(following.signal)
    } else if (!isWanted && following !== undefined && lingering === undefined) {
      lingering = setTimeout(() => {
        lingering = undefined
        if (ahead.isWatched || ahead.pending.length > 0) return
        following?.abort()
        following = undefined
        isLive = false
        changed()
      }, LINGERING)
    }
  }

  async function follow(wanted: AbortSignal): Promise<void> {
    let stop = new AbortController()
    const abort = (): void => stop.abort()
    wanted.addEventListener('abort', abort)
    const forget = onWake(() => {
      if (isLive && performance.now() - lastByte > DOUBTFUL) abort()
      for (const go of Array.from(resting)) go()
    })
    const isOver = (): boolean => signal.aborted || wanted.aborted || confirmed.end !== undefined
    await Promise.resolve()
    for (let failures = 0; !isOver(); ) {
      stop = new AbortController()
      let least: number | undefined
      try {
        await within(stop, async (stopped, onBytes) => {
          await read(stopped, () => {
            failures = 0
            lastByte = performance.now()
            onBytes()
          })
        })
        // A server ends a stream from time to time, so that its reader is authorized again.
        failures += 1
      } catch (thrown) {
        const error = asError(thrown, url)
        if (isOver()) break
        if (!(error instanceof ConnectionError && mayPass(error))) {
          close(error)
          break
        }
        failures += 1
        least = error.retryAfter
        isLive = false
        tell('follow', error)
      }
      if (isOver()) break
      isLive = false
      changed()
      await pause(failures, least)
    }
    wanted.removeEventListener('abort', abort)
    forget()
  }

  /** Reads a stream of records to its end. */
  async function read(stop: AbortSignal, onBytes: () => void): Promise<void> {
    const from = sequenceOf(confirmed)
    const offset = encodeOffset({ sequence: from, oid: oidAt(confirmed, from) })
    const response = await send(`/history?offset=${offset}&live=sse`, { headers: { accept: '*/*' }, signal: stop })
    if (response.body === null) throw new ConnectionError('UNEXPECTED', `${url} gave no stream`, { status: 502 })
    isLive = true
    problems.follow = undefined
    changed()
    let next = from + 1
    try {
      for await (const { event, data } of serverSentEvents(response.body, stop, onBytes)) {
        if (event !== SSE_EVENTS.data) continue
        // Each record is checked when it is applied.
        const records = JSON.parse(data) as readonly StoredRecord[]
        receive(next, records)
        next += records.length
      }
    } catch (thrown) {
      if (thrown instanceof ConnectionError) throw thrown
      throw new ConnectionError('UNREACHABLE', `the stream of ${url} broke off`, { cause: thrown })
    }
  }

  return {
    ahead,
    get state() {
      if (confirmed.status === 'done') return 'live'
      if (isLive) return 'live'
      return signal.aborted || problems.follow !== undefined || problems.send !== undefined ? 'offline' : 'connecting'
    },
    get problem() {
      return problems.ended ?? problems.send ?? problems.follow
    },
    get isClosed() {
      return signal.aborted
    },
    receive,
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
        if (signal.aborted) throw problems.ended ?? closedError(url)
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

function asError(thrown: unknown, url: string): Error {
  if (thrown instanceof Error && thrown.name !== 'AbortError') return thrown
  return new ConnectionError('UNREACHABLE', `${url} gave no sign of life`, { cause: thrown })
}

function otherHistory(url: string, why: string): ConnectionError {
  return new ConnectionError('OFFSET_MISMATCH', `${url} has another history than this client: ${why}; connect anew`, {
    status: 409,
  })
}

function closedError(url: string): ConnectionError {
  return new ConnectionError('UNREACHABLE', `the connection to ${url} was closed; connect again`)
}
