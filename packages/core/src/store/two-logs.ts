// The two logs of a shared run. The confirmed one has what the store has; the tentative one is ahead of it by what is pending.
// If others were first, their records go into the confirmed log, and what is pending is stepped again behind them.

import { reapply } from '../engine/enter.ts'
import { countOf } from '../engine/kept.ts'
import { chainOf, createLog, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { publish } from '../engine/publish.ts'
import { refuse } from '../engine/refuse.ts'
import { replayRecord } from '../history/replay.ts'
import { advanceLog } from './advance.ts'
import { type AppendPlan, newToken } from './append-slice.ts'
import { encodeBatches } from './encode-batches.ts'
import type { StoredRecord } from './run-store.ts'

/** A batch that is not in the store yet. */
export interface Pending {
  /** Counts the batches that were sent, refused ones left out. */
  readonly ordinal: number
  readonly key: string | undefined
  /** The sequence up to which the store has no batch under this key. */
  since: number
}

/** Two logs of one run. */
export interface TwoLogs {
  readonly confirmed: Log
  readonly tentative: Log
  /** What is pending: as many as the tentative log has batches. */
  readonly pending: readonly Pending[]
  /** The ordinal of the batch that was sent last. */
  readonly ordinal: number
  /** The sequence of the latest record of another writer, or one before. */
  readonly others: number
  /**
   * Gives the batch that is sent during a call an idempotency key. It is not sent if one with this key is pending.
   * @param since the sequence up to which the sender knows that the store has no batch under this key: the confirmed one
   *   unless given
   */
  withKey<Result>(key: string, since: number | undefined, send: () => Result): Result | undefined
  /** An append of all that is pending. */
  plan(): AppendPlan
  /** The oldest pending batches are in the store. */
  confirm(records: readonly StoredRecord[]): void
  /** Applies what others appended, and steps what is pending again behind it. What they have applied already is dropped. */
  take(records: readonly StoredRecord[], applied: ReadonlySet<Pending>): void
  /** Drops what others have applied. */
  drop(applied: ReadonlySet<Pending>): void
}

/** Who learns of what happens to the logs. */
export interface TwoLogsListeners {
  /** A batch was sent, and is pending. */
  sent(): void
  /** What is pending has changed, or the run has ended. */
  changed(): void
}

/** The two logs that begin with a confirmed one. */
export function twoLogs(confirmed: Log, { sent, changed }: TwoLogsListeners): TwoLogs {
  const { machine, origin, checkDeterminism } = confirmed
  const tentative = createLog(machine, origin, { checkDeterminism })
  tentative.chain = chainOf(confirmed)
  let pending: Pending[] = []
  let ordinal = 0
  let others = -1
  /** That of the batch that is being sent. */
  let keyed: Pick<Pending, 'key' | 'since'> | undefined

  reset()
  watch()

  /** Has the tentative log begin where the confirmed one ends. */
  function reset(): void {
    tentative.batches.items = []
    tentative.batches.dropped = sequenceOf(confirmed)
    tentative.outputs.items = []
    tentative.outputs.dropped = countOf(confirmed.outputs)
    tentative.state = confirmed.state
    tentative.status = confirmed.status
    tentative.end = confirmed.end
  }

  /** Learns of each batch during the call that sends it. */
  function watch(): void {
    tentative.waiting.push({
      wake() {
        watch()
        const before = pending.length
        while (pending.length < tentative.batches.items.length) {
          pending.push({ ordinal: ++ordinal, key: undefined, since: -1, ...keyed })
        }
        if (pending.length === before && tentative.status !== 'error') return
        settle()
        sent()
      },
    })
  }

  function settle(): void {
    // A fatal end is one of this run object alone. It comes once all before it is kept.
    if (pending.length === 0 && tentative.status === 'error' && confirmed.end === undefined) {
      confirmed.status = 'error'
      confirmed.end = tentative.end
      confirmed.version++
      confirmed.snapshot = undefined
      publish(confirmed, 'stream')
    }
    changed()
  }

  /** Steps what is pending again behind the confirmed log. */
  function stepAgain(applied: ReadonlySet<Pending>): void {
    const batches = tentative.batches.items
    const before = pending
    reset()
    pending = []
    for (const [at, batch] of batches.entries()) {
      const entry = before[at] as Pending
      if (applied.has(entry)) continue
      const refusal = reapply(tentative, batch)
      if (refusal === undefined) pending.push(entry)
      else refuse(tentative, refusal, batch, 'stream')
    }
    tentative.version++
    tentative.snapshot = undefined
    publish(tentative, 'stream')
    settle()
  }

  return {
    confirmed,
    tentative,
    get pending() {
      return pending
    },
    get ordinal() {
      return ordinal
    },
    get others() {
      return others
    },
    withKey(key, since = sequenceOf(confirmed), send) {
      if (pending.some((entry) => entry.key === key)) return undefined
      keyed = { key, since }
      try {
        return send()
      } finally {
        keyed = undefined
      }
    },
    plan() {
      const after = sequenceOf(confirmed)
      const encoded = encodeBatches(confirmed, tentative.batches.items)
      const keys = new Map<string, number>()
      for (const [at, { key }] of pending.entries()) if (key !== undefined) keys.set(key, after + 1 + at)
      return {
        id: oidAt(confirmed, 0),
        expected: oidAt(confirmed, after),
        after,
        slice: {
          ...encoded,
          format: origin.format,
          position: countOf(tentative.outputs),
          start: countOf(confirmed.outputs),
        },
        keys,
        writer: newToken(),
      }
    },
    confirm(records) {
      let parent = oidAt(confirmed, sequenceOf(confirmed))
      for (const record of records) {
        parent = replayRecord(confirmed, record, parent, { revalidate: false, checkDeterminism: false })
      }
      pending = pending.slice(records.length)
      tentative.batches.items = tentative.batches.items.slice(records.length)
      tentative.batches.dropped += records.length
      const kept = countOf(confirmed.outputs) - tentative.outputs.dropped
      tentative.outputs.items = tentative.outputs.items.slice(kept)
      tentative.outputs.dropped += kept
      publish(confirmed, 'stream')
      settle()
    },
    take(records, applied) {
      advanceLog(confirmed, records)
      others = sequenceOf(confirmed)
      stepAgain(applied)
    },
    drop(applied) {
      if (applied.size > 0) stepAgain(applied)
    },
  }
}
