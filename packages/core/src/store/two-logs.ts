// The two logs of a shared run. The confirmed one has what the store has; the tentative one is ahead of it by what is pending.
// If others were first, their records go into the confirmed log, and what is pending is stepped again behind them.

import { reapply } from '../engine/enter.ts'
import { countOf } from '../engine/kept.ts'
import { type Batch, chainOf, createLog, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { publish } from '../engine/publish.ts'
import { refuse } from '../engine/refuse.ts'
import { replayRecord } from '../history/replay.ts'
import type { RunError } from '../machine/run-error.ts'
import { advanceLog } from './advance.ts'
import { type AppendPlan, newToken } from './append-slice.ts'
import type { AppliedBatch } from './applied-keys.ts'
import { encodeBatches } from './encode-batches.ts'
import type { Receipt, StoredRecord } from './run-store.ts'
import { moved } from './store-error.ts'

/** What is said of a batch beside its events. */
export interface Sending {
  /** An idempotency key. */
  readonly key?: string | undefined
  /** The sequence up to which its sender knows that the store has no batch under its key: the confirmed one unless given. */
  readonly since?: number | undefined
  /** Whether it is applied only behind the batch that it was sent behind. */
  readonly isConditional?: boolean
  /** Learns what becomes of it. */
  readonly watcher?: BatchWatcher | undefined
}

/** Learns what becomes of a batch that was sent: one of these is called, once. */
export interface BatchWatcher {
  /** The store has it. The confirmed log ends with it during the call. */
  applied(): void
  /** The store had one already under the same key; without a receipt, nobody knows where. */
  repeated(receipt: Receipt | undefined): void
  /** It was refused behind what others appended. */
  refused(refusal: RunError): void
  /** It was not applied, or nobody knows. */
  failed(error: Error): void
}

/** A batch that is not in the store yet. */
export interface Pending extends Sending {
  /** Counts the batches that were sent, refused ones left out. */
  readonly ordinal: number
  /** The sequence up to which the store has no batch under its key. */
  since: number
}

/** Pending batches that others have applied under the same keys. */
export type AppliedBatches = ReadonlyMap<Pending, AppliedBatch>

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
  /** How often what is pending was stepped again. */
  readonly restepped: number
  /** Says more of the batch that is sent during a call. */
  sending<Result>(details: Sending, send: () => Result): Result
  /** Whether a batch of this key is pending. */
  isPending(key: string): boolean
  /** An append of all that is pending. */
  plan(): AppendPlan
  /** The oldest pending batches are in the store. */
  confirm(records: readonly StoredRecord[]): void
  /**
   * Applies what others appended, and steps what is pending again behind it. What they have applied already is dropped, and so
   * is what is conditional.
   */
  take(records: readonly StoredRecord[], applied: AppliedBatches): void
  /** Drops what others have applied. */
  drop(applied: AppliedBatches): void
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
  let restepped = 0
  /** Those of the batch that is being sent. */
  let details: Sending = {}

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
          pending.push({ ...details, since: details.since ?? sequenceOf(confirmed), ordinal: ++ordinal })
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
  function stepAgain(isWanted: (entry: Pending) => boolean): void {
    const batches = tentative.batches.items
    const before = pending
    reset()
    pending = []
    restepped++
    for (const [at, batch] of batches.entries()) {
      const entry = before[at] as Pending
      if (isWanted(entry) && isStepped(batch, entry)) pending.push(entry)
    }
    tentative.version++
    tentative.snapshot = undefined
    publish(tentative, 'stream')
    settle()
  }

  function isStepped(batch: Batch, { watcher }: Pending): boolean {
    const refusal = reapply(tentative, batch)
    if (refusal === undefined) return true
    // Whoever watches the batch gets the refusal, as the caller of `send` does.
    const error = refuse(tentative, refusal, batch, watcher === undefined ? 'stream' : 'send')
    watcher?.refused(error)
    return false
  }

  /** Whether a batch was not applied by others. If it was, whoever watches it learns of it. */
  function isNew(entry: Pending, applied: AppliedBatches): boolean {
    const found = applied.get(entry)
    if (found !== undefined) entry.watcher?.repeated(found.receipt)
    return found === undefined
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
    get restepped() {
      return restepped
    },
    sending(given, send) {
      details = given
      try {
        return send()
      } finally {
        details = {}
      }
    },
    isPending: (key) => pending.some((entry) => entry.key === key),
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
      for (const [at, record] of records.entries()) {
        parent = replayRecord(confirmed, record, parent, { revalidate: false, checkDeterminism: false })
        pending[at]?.watcher?.applied()
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
      const head = { head: oidAt(confirmed, others), sequence: others }
      stepAgain((entry) => {
        if (!isNew(entry, applied)) return false
        if (entry.isConditional === true) entry.watcher?.failed(moved(oidAt(confirmed, 0), undefined, head))
        return entry.isConditional !== true
      })
    },
    drop(applied) {
      if (applied.size > 0) stepAgain((entry) => isNew(entry, applied))
    },
  }
}
