// A run that several share through a store. There are two logs: the confirmed one has what the store has, the tentative one is
// ahead of it by the batches that are pending. If another writer was first, its records are applied to the confirmed log, and
// the pending batches are stepped again behind them. Longer than other files, because the two logs move together.
//
//   send ─► tentative ─► append ─► confirmed
//   MOVED, or followed records ─► confirmed ─► the pending batches are stepped again ─► tentative

import { isA } from '../data/describe-value.ts'
import { reapply } from '../engine/enter.ts'
import { countOf } from '../engine/kept.ts'
import { type Batch, chainOf, createLog, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { publish } from '../engine/publish.ts'
import { refuse } from '../engine/refuse.ts'
import { replayRecord } from '../history/replay.ts'
import { RunError } from '../machine/run-error.ts'
import { recordable } from '../recording/recordable.ts'
import { runOf } from '../run/run-object.ts'
import { advanceLog } from './advance.ts'
import { type AppendPlan, appendSlice, newToken } from './append-slice.ts'
import { isApplied } from './applied-keys.ts'
import { encodeBatches } from './encode-batches.ts'
import { pause } from './pause.ts'
import type { RunStore, StoredRecord } from './run-store.ts'
import { sequenceWaits } from './sequence-waits.ts'
import { StoreError, storeErrorOf } from './store-error.ts'
import { takeSlice } from './take-slice.ts'

/** A batch that is not in the store yet. */
interface Pending {
  /** Counts the batches that were sent, refused ones left out. */
  readonly ordinal: number
  readonly key: string | undefined
  /** The sequence up to which the store has no batch under this key. */
  since: number
}

/** Two logs of one run, and what goes on between them and the store. */
export interface SharedLog {
  readonly confirmed: Log
  readonly tentative: Log
  /** How many batches are not in the store yet. */
  readonly pending: number
  /** Why the store does not keep what is pending at the moment, or why it never will. */
  readonly problem: Error | undefined
  /**
   * Gives the batch that is sent during a call an idempotency key. It is not sent if one with this key is pending.
   * @param since the sequence up to which the sender knows that the store has no batch under this key: the confirmed one
   *   unless given
   */
  withKey<Result>(key: string, since: number | undefined, send: () => Result): Result | undefined
  /**
   * Begins a run that the store does not have yet: appends its genesis and all that the confirmed log has. What is pending
   * follows only if the run is wanted then.
   * @param settled the position up to which outputs count as settled
   * @throws {StoreError} `MOVED` if the store has the run
   */
  begin(settled: number, isWanted: () => Promise<boolean>): Promise<boolean>
  /** Resolves with the confirmed sequence once all that is pending now is kept or refused; rejects if it will be neither. */
  flush(): Promise<number>
  /** What is pending, in order. */
  batches(): readonly Batch[]
  /** Stops following and appending. What is pending is not kept. */
  close(): void
  /** Calls a listener after every change of `pending` and `problem`. */
  onChange(listener: () => void): () => void
}

/** Milliseconds before a store that failed is tried again: at first, and at most. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 30_000

/**
 * Shares a log.
 * @param confirmed has what the store has, or what it will have once the run is begun
 * @param isNew whether the store does not have the run yet: then nothing is appended or followed until it is begun
 */
export function shareLog(store: RunStore, confirmed: Log, isNew = false): SharedLog {
  const id = oidAt(confirmed, 0)
  const { machine, origin, checkDeterminism } = confirmed
  const tentative = createLog(machine, origin, { checkDeterminism })
  tentative.chain = chainOf(confirmed)
  /** What is pending: as many as the tentative log has batches. */
  let entries: Pending[] = []
  let ordinal = 0
  /** That of the batch that is being sent. */
  let sent: Pick<Pending, 'key' | 'since'> | undefined
  /** The sequence of the latest record of another writer, or one before. */
  let others = -1
  let problem: Error | undefined
  const closing = new AbortController()
  const { signal } = closing
  const waits = sequenceWaits()
  const listeners = new Set<() => void>()
  let begun = !isNew
  /** The append whose result is not known yet. It is made with these very records, whatever is sent meanwhile. */
  let underWay: AppendPlan | undefined
  let appending = false
  /** One of appending and following at a time. */
  let turn: Promise<unknown> = Promise.resolve()

  reset()
  watch()
  if (begun) void follow()

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
        const before = entries.length
        while (entries.length < tentative.batches.items.length) {
          entries.push({ ordinal: ++ordinal, key: undefined, since: -1, ...sent })
        }
        if (entries.length === before && tentative.status !== 'error') return
        changed()
        void append()
      },
    })
  }

  function changed(): void {
    // A fatal end is one of this run object alone. It comes once all before it is kept.
    if (entries.length === 0 && tentative.status === 'error' && confirmed.end === undefined) {
      confirmed.status = 'error'
      confirmed.end = tentative.end
      confirmed.version++
      confirmed.snapshot = undefined
      publish(confirmed, 'stream')
      close()
    }
    waits.advance((entries[0]?.ordinal ?? ordinal + 1) - 1)
    for (const listener of listeners) listener()
  }

  function tell(found: Error | undefined): void {
    if (problem === found) return
    problem = found
    changed()
  }

  /** Nothing goes on any more: what is pending will not be kept. */
  function fail(thrown: unknown): void {
    if (signal.aborted) return
    closing.abort()
    tell(thrown instanceof Error ? thrown : new Error(String(thrown)))
    waits.fail(problem as Error)
  }

  /** Waits for its turn, and gives it on. */
  function exclusively<Result>(act: () => Promise<Result>): Promise<Result> {
    const acted = turn.then(act)
    turn = acted.catch(() => undefined)
    return acted
  }

  async function append(): Promise<void> {
    if (appending || !begun) return
    appending = true
    // Whatever else is sent in this turn joins the first slice.
    await Promise.resolve()
    try {
      for (let failures = 0; entries.length > 0 && !signal.aborted; ) {
        const isKept = await exclusively(appendOnce)
        failures = isKept ? 0 : failures + 1
        if (!isKept) await pauseAfter(failures)
      }
    } catch (thrown) {
      fail(thrown)
    }
    appending = false
  }

  /** Appends what is pending now, or goes on with an append whose answer was lost. Answers whether the store took part. */
  async function appendOnce(): Promise<boolean> {
    if (entries.length === 0 || signal.aborted) return true
    try {
      await appendPending()
      return true
    } catch (thrown) {
      if (isLasting(thrown)) throw thrown
      tell(thrown as Error)
      return false
    }
  }

  async function appendPending(): Promise<void> {
    if (underWay === undefined) {
      const known = await applied(others)
      if (known.size > 0) stepAllAgain(known)
      if (entries.length === 0 || signal.aborted) return
      underWay = planAppend()
    }
    const { slice } = underWay
    try {
      await appendSlice(store, underWay)
    } catch (thrown) {
      if (storeErrorOf(thrown)?.code !== 'MOVED') throw thrown
      underWay = undefined
      return await catchUp()
    }
    underWay = undefined
    confirm(slice.records)
    tell(undefined)
  }

  function planAppend(): AppendPlan {
    const after = sequenceOf(confirmed)
    const encoded = encodeBatches(confirmed, tentative.batches.items)
    const keys = new Map<string, number>()
    for (const [at, { key }] of entries.entries()) if (key !== undefined) keys.set(key, after + 1 + at)
    return {
      id,
      expected: oidAt(confirmed, after),
      after,
      slice: { ...encoded, format: origin.format, position: countOf(tentative.outputs) },
      keys,
      writer: newToken(),
    }
  }

  /** The oldest pending batches are in the store. */
  function confirm(records: readonly StoredRecord[]): void {
    let parent = oidAt(confirmed, sequenceOf(confirmed))
    for (const record of records) {
      parent = replayRecord(confirmed, record, parent, { revalidate: false, checkDeterminism: false })
    }
    entries = entries.slice(records.length)
    tentative.batches.items = tentative.batches.items.slice(records.length)
    tentative.batches.dropped += records.length
    const kept = countOf(confirmed.outputs) - tentative.outputs.dropped
    tentative.outputs.items = tentative.outputs.items.slice(kept)
    tentative.outputs.dropped += kept
    publish(confirmed, 'stream')
    if (confirmed.end !== undefined) close()
    changed()
  }

  /** Applies what others appended, and steps what is pending again. */
  async function catchUp(): Promise<void> {
    const reader = store.read(id, { from: sequenceOf(confirmed) + 1 }).getReader()
    const records: StoredRecord[] = []
    for (let read = await reader.read(); !read.done; read = await reader.read()) records.push(read.value)
    if (records.length > 0) await take(records)
  }

  async function take(records: readonly StoredRecord[]): Promise<void> {
    const known = await applied(sequenceOf(confirmed) + records.length)
    if (signal.aborted) return
    advanceLog(confirmed, records)
    others = sequenceOf(confirmed)
    stepAllAgain(known)
  }

  /** The pending batches that others have applied under the same keys, up to a sequence at least. */
  async function applied(sequence: number): Promise<ReadonlySet<Pending>> {
    const found = new Set<Pending>()
    for (const entry of entries) {
      if (entry.key === undefined || entry.since >= sequence) continue
      if (await isApplied(store, id, entry.key, entry.since)) found.add(entry)
      else entry.since = sequence
    }
    return found
  }

  /** Steps what is pending again behind the confirmed log, and drops what others have applied. */
  function stepAllAgain(known: ReadonlySet<Pending>): void {
    const batches = tentative.batches.items
    const before = entries
    reset()
    entries = []
    for (const [at, batch] of batches.entries()) {
      const entry = before[at] as Pending
      if (!known.has(entry) && stepAgain(batch)) entries.push(entry)
    }
    tentative.version++
    tentative.snapshot = undefined
    publish(tentative, 'stream')
    if (confirmed.end !== undefined) close()
    changed()
  }

  /** Steps a pending batch behind what others appended. Answers whether it is still pending. */
  function stepAgain(batch: Batch): boolean {
    const refusal = reapply(tentative, batch)
    if (refusal === undefined) return true
    refuse(tentative, refusal, batch, 'stream')
    return false
  }

  async function follow(): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const reader = store.follow(id, { from: sequenceOf(confirmed) + 1, signal }).getReader()
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          failures = 0
          const { value } = read
          await settleUnderWay()
          await exclusively(async () => {
            if (!signal.aborted) await takeFollowed(value)
          })
        }
      } catch (thrown) {
        if (isLasting(thrown)) return fail(thrown)
        tell(thrown as Error)
        await pauseAfter(++failures)
      }
    }
  }

  /** What follows may be what this writer appended without learning of it. So that is found out first. */
  async function settleUnderWay(): Promise<void> {
    while (underWay !== undefined && !signal.aborted) await pauseAfter(1)
  }

  /** What this writer appended comes back as well. */
  async function takeFollowed(record: StoredRecord): Promise<void> {
    const isOwn = 'parent' in record && record.parent !== oidAt(confirmed, sequenceOf(confirmed))
    if (isOwn) advanceLog(confirmed, [record])
    else await take([record])
  }

  function pauseAfter(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1))
    return pause(longest * (0.5 + Math.random() / 2), signal)
  }

  function close(): void {
    closing.abort()
    if (entries.length > 0)
      waits.fail(new StoreError('UNAVAILABLE', `the run ${id} was closed before all of it was kept`))
  }

  return {
    confirmed,
    tentative,
    get pending() {
      return entries.length
    },
    get problem() {
      return problem
    },
    withKey(key, since = sequenceOf(confirmed), send) {
      if (entries.some((entry) => entry.key === key)) return undefined
      sent = { key, since }
      try {
        return send()
      } finally {
        sent = undefined
      }
    },
    async begin(settled, isWanted) {
      begun = await exclusively(async () => {
        const to = sequenceOf(confirmed)
        const position = countOf(confirmed.outputs)
        const run = recordable(runOf(machine, confirmed))
        const slice = takeSlice(run, { from: 0, to, position, settled })
        await appendSlice(store, { id, expected: undefined, after: -1, slice })
        return await isWanted()
      })
      if (begun) {
        void follow()
        void append()
      }
      return begun
    },
    async flush() {
      if (entries.length > 0) {
        if (signal.aborted) throw problem ?? new StoreError('UNAVAILABLE', `the run ${id} was closed; open it again`)
        await waits.until(ordinal)
      }
      return sequenceOf(confirmed)
    },
    batches: () => tentative.batches.items,
    close,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Whether a failure stays: a history that cannot be followed does, and a store that cannot be reached may be reached again. */
function isLasting(thrown: unknown): boolean {
  const refusal = storeErrorOf(thrown)
  return isA(thrown, RunError) || (refusal !== undefined && refusal.code !== 'UNAVAILABLE')
}
