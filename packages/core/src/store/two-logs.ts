// The two logs of a shared run, with what its store needs: the batches that are pending have keys and watchers, and are appended
// together. Stepping them again is the matter of `tentative-log.ts`.

import { countOf } from '../engine/kept.ts'
import { type Log, oidAt, sequenceOf } from '../engine/log.ts'
import type { RunError } from '../machine/run-error.ts'
import type { AppendPlan } from './append-slice.ts'
import type { AppliedBatch } from './applied-keys.ts'
import { encodeBatches } from './encode-batches.ts'
import { newToken } from './new-token.ts'
import type { Receipt, StoredRecord } from './run-store.ts'
import { moved } from './store-error.ts'
import { type Pending as PendingBatch, tentativeLog } from './tentative-log.ts'

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

/** What is known of a batch that is not in the store yet. */
interface Sent extends Sending {
  /** The sequence up to which the store has no batch under its key. */
  since: number
  /** Whether more was confirmed after that and before it was sent: this very batch may be among it. */
  isLate: boolean
}

/** A batch that is not in the store yet. */
export type Pending = PendingBatch<Sent>

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
  const { origin } = confirmed
  let others = -1
  let restepped = 0
  /** Those of the batch that is being sent. */
  let sending: Sending = {}
  const ahead = tentativeLog<Sent>(confirmed, {
    describe() {
      const sequence = sequenceOf(confirmed)
      const { since = sequence } = sending
      return { ...sending, since, isLate: since < sequence }
    },
    onSent() {
      settle()
      sent()
    },
    onKept: ({ details }) => details.watcher?.applied(),
    // Whoever watches the batch gets the refusal, as the caller of `send` does.
    via: ({ details }) => (details.watcher === undefined ? 'stream' : 'send'),
    onRefused: ({ details }, refusal) => details.watcher?.refused(refusal),
  })
  const { tentative } = ahead

  function settle(): void {
    ahead.endIfFatal()
    changed()
  }

  /** Whether a batch was not applied by others. If it was, whoever watches it learns of it. */
  function isNew(batch: Pending, applied: AppliedBatches): boolean {
    const found = applied.get(batch)
    if (found !== undefined) batch.details.watcher?.repeated(found.receipt)
    return found === undefined
  }

  /** Whether a batch stays pending behind what others appended. */
  function isWanted(batch: Pending, applied: AppliedBatches): boolean {
    if (!isNew(batch, applied)) return false
    const { isConditional = false, watcher } = batch.details
    if (!isConditional) return true
    const sequence = sequenceOf(confirmed)
    watcher?.failed(moved(oidAt(confirmed, 0), undefined, { head: oidAt(confirmed, sequence), sequence }))
    return false
  }

  return {
    confirmed,
    tentative,
    get pending() {
      return ahead.pending
    },
    get ordinal() {
      return ahead.latest
    },
    get others() {
      return others
    },
    get restepped() {
      return restepped
    },
    sending(given, send) {
      sending = given
      try {
        return send()
      } finally {
        sending = {}
      }
    },
    isPending: (key) => ahead.pending.some(({ details }) => details.key === key),
    plan() {
      const after = sequenceOf(confirmed)
      const encoded = encodeBatches(confirmed, tentative.batches.items)
      const keys = new Map<string, number>()
      for (const [at, { details }] of ahead.pending.entries()) {
        if (details.key !== undefined) keys.set(details.key, after + 1 + at)
      }
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
      ahead.keep(records)
      settle()
    },
    take(records, applied) {
      restepped++
      ahead.take(records, (batch) => isWanted(batch, applied))
      others = sequenceOf(confirmed)
      settle()
    },
    drop(applied) {
      if (applied.size === 0) return
      restepped++
      ahead.step((batch) => isNew(batch, applied))
      settle()
    },
  }
}
