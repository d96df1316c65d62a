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
import { checkHead } from './check-head.ts'
import { encodeBatches } from './encode-batches.ts'
import type { RunStore, StoredRecord } from './run-store.ts'
import { sequenceWaits } from './sequence-waits.ts'
import { type Head, StoreError, storeErrorOf } from './store-error.ts'
import { takeSlice } from './take-slice.ts'

/** A batch that is not in the store yet. */
interface Pending {
  /** Counts the batches that were sent, refused ones left out. */
  readonly ordinal: number
  readonly key: string | undefined
}

/** Two logs of one run, and what goes on between them and the store. */
export interface SharedLog {
  readonly confirmed: Log
  readonly tentative: Log
  /** How many batches are not in the store yet. */
  readonly pending: number
  /** Why the store does not keep what is pending at the moment, or why it never will. */
  readonly problem: Error | undefined
  /** The idempotency key of the batches that are sent during a call. */
  withKey<Result>(key: string, send: () => Result): Result
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
  let key: string | undefined
  /** Why nothing goes on any more. */
  let failure: Error | undefined
  /** Why the store cannot be reached at the moment: one reason each for appending and for following. */
  const outages: { append: Error | undefined; follow: Error | undefined } = { append: undefined, follow: undefined }
  const problem = (): Error | undefined => failure ?? outages.append ?? outages.follow
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
        while (entries.length < tentative.batches.items.length) entries.push({ ordinal: ++ordinal, key })
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

  function tell(what: keyof typeof outages, found: Error | undefined): void {
    const before = problem()
    outages[what] = found
    if (problem() !== before) changed()
  }

  /** Nothing goes on any more: what is pending will not be kept. */
  function fail(thrown: unknown): void {
    if (signal.aborted) return
    closing.abort()
    failure = errorOf(thrown)
    changed()
    waits.fail(failure)
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
        if (!isKept) await pause(failures)
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
      await appendOrCatchUp((underWay ??= planAppend()))
    } catch (thrown) {
      if (!isOutage(thrown)) throw thrown
      tell('append', errorOf(thrown))
      return false
    }
    tell('append', undefined)
    return true
  }

  async function appendOrCatchUp(plan: AppendPlan): Promise<void> {
    try {
      await appendSlice(store, plan)
    } catch (thrown) {
      const refusal = storeErrorOf(thrown)
      if (refusal?.code !== 'MOVED') throw thrown
      underWay = undefined
      await catchUp(refusal.head)
      return
    }
    underWay = undefined
    confirm(plan.slice.records)
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

  /**
   * Applies what others appended, and steps what is pending again.
   * @param head where the store says that the run ends
   */
  async function catchUp(head: Head | undefined): Promise<void> {
    const latest = sequenceOf(confirmed)
    const reader = store.read(id, { from: latest + 1 }).getReader()
    const records: StoredRecord[] = []
    for (let read = await reader.read(); !read.done; read = await reader.read()) records.push(read.value)
    if (records.length > 0) take(records)
    // Without this, what is pending would be appended and refused forever.
    if (head !== undefined) checkHead(confirmed, head, latest + 1)
  }

  function take(records: readonly StoredRecord[]): void {
    advanceLog(confirmed, records)
    const batches = tentative.batches.items
    const before = entries
    reset()
    entries = []
    for (const [at, batch] of batches.entries()) {
      if (stepAgain(batch)) entries.push(before[at] as Pending)
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
        await endOutage()
        const reader = store.follow(id, { from: sequenceOf(confirmed) + 1, signal }).getReader()
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          failures = 0
          const { value } = read
          await settleUnderWay()
          await exclusively(async () => {
            if (!signal.aborted) takeFollowed(value)
          })
        }
      } catch (thrown) {
        if (!isOutage(thrown)) return fail(thrown)
        tell('follow', errorOf(thrown))
        await pause(++failures)
      }
    }
  }

  /** A run that nobody changes gives nothing to follow, so the store is asked whether it can be reached again. */
  async function endOutage(): Promise<void> {
    if (outages.follow === undefined) return
    await store.head(id)
    tell('follow', undefined)
  }

  /** What follows may be what this writer appended without learning of it. So that is found out first. */
  async function settleUnderWay(): Promise<void> {
    while (underWay !== undefined && !signal.aborted) await pause(1)
  }

  /** What this writer appended comes back as well. */
  function takeFollowed(record: StoredRecord): void {
    // A damaged store may give anything.
    const { parent } = Object(record) as { readonly parent?: unknown }
    if (parent === oidAt(confirmed, sequenceOf(confirmed))) take([record])
    else advanceLog(confirmed, [record])
  }

  function pause(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1))
    return new Promise((resolve) => {
      const timer = setTimeout(go, longest * (0.5 + Math.random() / 2))
      signal.addEventListener('abort', go, { once: true })
      function go(): void {
        clearTimeout(timer)
        resolve()
      }
    })
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
      return problem()
    },
    withKey(given, send) {
      key = given
      try {
        return send()
      } finally {
        key = undefined
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
        if (signal.aborted) throw problem() ?? new StoreError('UNAVAILABLE', `the run ${id} was closed; open it again`)
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

/** Whether a store cannot be reached, and may be reached again. A history that cannot be followed stays so. */
function isOutage(thrown: unknown): boolean {
  const refusal = storeErrorOf(thrown)
  return !isA(thrown, RunError) && (refusal === undefined || refusal.code === 'UNAVAILABLE')
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
