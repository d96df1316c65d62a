// The records of a run, as a client gets them: applied in order, but held while a batch is under way, because nobody knows then
// whether it is among them.

import { type Batch, encodeBatches, oidAt, type Pending, sequenceOf } from '@xmachines/core/internal'
import type { StoredRecord } from '@xmachines/core/store'
import { SSE_EVENTS } from '../wire/frames.ts'
import { encodeOffset } from '../wire/offset.ts'
import type { LaterHistory } from './connected-run.ts'
import { ConnectionError } from './connection-error.ts'
import type { Feed, FeedPlan } from './feed.ts'

/** A feed of records. */
export interface RecordFeed extends Feed {
  /** Takes what is new in a later history. */
  advance(later: LaterHistory): void
}

/** The feed of the records of a run. */
export function recordFeed({ ahead, url, requests, onChange, fail }: FeedPlan): RecordFeed {
  const { confirmed } = ahead
  /** Records that came in, and are not applied yet. They follow each other. */
  let held: { readonly sequence: number; readonly record: StoredRecord }[] = []
  /** The sequence of the next record in the stream. */
  let next = 0

  const latest = (): number => held.at(-1)?.sequence ?? sequenceOf(confirmed)

  function offset(): string {
    const sequence = sequenceOf(confirmed)
    return encodeOffset({ sequence, oid: oidAt(confirmed, sequence) })
  }

  /** Takes records of the history, the first of which has a sequence. */
  function receive(from: number, records: readonly StoredRecord[]): void {
    for (const [at, record] of records.entries()) {
      const sequence = from + at
      if (sequence > latest()) held.push({ sequence, record })
    }
    drain()
    onChange()
  }

  /** Applies what came in. While a batch is under way, nobody knows whether it is among that. */
  function drain(): void {
    try {
      for (;;) {
        const [first] = ahead.pending
        const place = first?.details.place
        if (first?.details.since !== undefined && place === undefined) return
        held = held.filter(({ sequence }) => sequence > sequenceOf(confirmed))
        const due = place === undefined ? held : held.filter(({ sequence }) => sequence <= place)
        if (due.length === 0) return
        held = held.slice(due.length)
        const own = due.at(-1)?.sequence === place ? first?.ordinal : undefined
        ahead.take(
          due.map(({ record }) => record),
          ({ ordinal }) => ordinal !== own,
        )
      }
    } catch (thrown) {
      // A history that this machine cannot go on with stays so.
      fail(thrown as Error)
    }
  }

  /** Applies a batch if nobody else was first: then its record is known, and only its oid is to be compared. */
  function keepOwn(sequence: number, head: string): void {
    const [first] = ahead.pending
    if (sequence !== sequenceOf(confirmed) + 1 || first?.isShown !== true) return
    const { records } = encodeBatches(confirmed, [first.batch as Batch])
    if (records[0]?.oid === head) ahead.keep(records)
  }

  return {
    accept: '*/*',
    known: latest,
    path() {
      next = sequenceOf(confirmed) + 1
      return `/history?live=sse&offset=${offset()}`
    },
    onEvent(event, data) {
      if (event !== SSE_EVENTS.data) return
      // Each record is checked when it is applied.
      const records = data as readonly StoredRecord[]
      const from = next
      next += records.length
      receive(from, records)
    },
    async onApplied({ ordinal, details }: Pending<{ place?: number }>, { sequence, head }, signal) {
      const isSettled = (): boolean => ahead.settled >= ordinal
      if (sequence <= sequenceOf(confirmed)) {
        // It was applied before this client last heard of it.
        if (oidAt(confirmed, sequence) !== head) throw otherHistory(url, `its record ${sequence} is ${head}`)
        ahead.step((batch) => batch.ordinal !== ordinal)
      } else {
        details.place = sequence
        keepOwn(sequence, head)
      }
      drain()
      if (!isSettled()) receive(sequenceOf(confirmed) + 1, await requests.readHistory(offset(), signal))
      if (isSettled() || signal.aborted) return
      throw new ConnectionError('UNAVAILABLE', `${url} does not show the batch ${sequence} yet`, { status: 503 })
    },
    onRefused: drain,
    advance(later) {
      // Each record is checked when it is applied.
      const records = Array.from(Symbol.iterator in later ? later : later.records) as StoredRecord[]
      const known = sequenceOf(confirmed)
      const shared = Math.min(known, records.length - 1)
      if (shared >= 0 && records[shared]?.oid !== oidAt(confirmed, shared)) {
        fail(otherHistory(url, 'it was given a later one that does not continue it'))
      } else receive(known + 1, records.slice(known + 1))
    },
  }
}

/** The error for a server whose history is not that of the client. */
export function otherHistory(url: string, why: string): ConnectionError {
  return new ConnectionError('OFFSET_MISMATCH', `${url} has another history than this client: ${why}; connect anew`, {
    status: 409,
  })
}
