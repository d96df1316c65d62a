// A run that several share through a store: what goes on between its two logs and the store.
//
//   send ─► tentative ─► append ─► confirmed
//   MOVED, or followed records ─► confirmed ─► the pending batches are stepped again ─► tentative

import { isA } from '../data/describe-value.ts'
import { countOf } from '../engine/kept.ts'
import { type Batch, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { RunError } from '../machine/run-error.ts'
import { recordable } from '../recording/recordable.ts'
import { sequenceWaits } from '../recording/sequence-waits.ts'
import { runOf } from '../run/run-object.ts'
import { advanceLog } from './advance.ts'
import { type AppendPlan, appendSlice } from './append-slice.ts'
import { isApplied } from './applied-keys.ts'
import { pause } from './pause.ts'
import type { RunStore, StoredRecord } from './run-store.ts'
import { StoreError, storeErrorOf } from './store-error.ts'
import { takeSlice } from './take-slice.ts'
import { type Pending, type TwoLogs, twoLogs } from './two-logs.ts'

/** Two logs of one run, and what goes on between them and the store. */
export interface SharedLog {
  readonly confirmed: Log
  readonly tentative: Log
  /** How many batches are not in the store yet. */
  readonly pending: number
  /** Why the store does not keep what is pending at the moment, or why it never will. */
  readonly problem: Error | undefined
  /** As in `TwoLogs`. */
  readonly withKey: TwoLogs['withKey']
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
  const logs = twoLogs(confirmed, { sent: () => void append(), changed })
  const { tentative } = logs
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

  if (begun) void follow()

  function changed(): void {
    if (confirmed.end !== undefined) close()
    waits.advance((logs.pending[0]?.ordinal ?? logs.ordinal + 1) - 1)
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
      for (let failures = 0; logs.pending.length > 0 && !signal.aborted; ) {
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
    if (logs.pending.length === 0 || signal.aborted) return true
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
      logs.drop(await applied(logs.others))
      if (logs.pending.length === 0 || signal.aborted) return
      underWay = logs.plan()
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
    logs.confirm(slice.records)
    tell(undefined)
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
    if (!signal.aborted) logs.take(records, known)
  }

  /** The pending batches that others have applied under the same keys, up to a sequence at least. */
  async function applied(sequence: number): Promise<ReadonlySet<Pending>> {
    const found = new Set<Pending>()
    for (const entry of logs.pending) {
      if (entry.key === undefined || entry.since >= sequence) continue
      if (await isApplied(store, id, entry.key, entry.since)) found.add(entry)
      else entry.since = sequence
    }
    return found
  }

  async function follow(): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const reader = store.follow(id, { from: sequenceOf(confirmed) + 1, signal, held }).getReader()
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          failures = 0
          const { value } = read
          while (!(await exclusively(() => takeFollowed(value)))) await pauseAfter(1)
        }
        // A store may end its followers, as one that is closed does.
        await pauseAfter(++failures)
      } catch (thrown) {
        if (isLasting(thrown)) return fail(thrown)
        tell(thrown as Error)
        await pauseAfter(++failures)
      }
    }
  }

  /** What this run has once the append under way has its result. */
  function held(): Promise<number> {
    return exclusively(() => Promise.resolve(sequenceOf(confirmed)))
  }

  /** Takes a record that was followed. Answers whether it could: what this writer appended comes back as well. */
  async function takeFollowed(record: StoredRecord): Promise<boolean> {
    if (signal.aborted) return true
    // It may be of the append whose answer was lost. So that is found out first.
    if (underWay !== undefined) return false
    const isKnown = 'parent' in record && record.parent !== oidAt(confirmed, sequenceOf(confirmed))
    if (isKnown) advanceLog(confirmed, [record])
    else await take([record])
    return true
  }

  function pauseAfter(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1))
    return pause(longest * (0.5 + Math.random() / 2), signal)
  }

  function close(): void {
    closing.abort()
    if (logs.pending.length > 0)
      waits.fail(new StoreError('UNAVAILABLE', `the run ${id} was closed before all of it was kept`))
  }

  return {
    confirmed,
    tentative,
    get pending() {
      return logs.pending.length
    },
    get problem() {
      return problem
    },
    withKey: logs.withKey,
    async begin(settled, isWanted) {
      begun = await exclusively(async () => {
        const to = sequenceOf(confirmed)
        const position = countOf(confirmed.outputs)
        const run = recordable(runOf(confirmed.machine, confirmed))
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
      if (logs.pending.length > 0) {
        if (signal.aborted) throw problem ?? new StoreError('UNAVAILABLE', `the run ${id} was closed; open it again`)
        await waits.until(logs.ordinal)
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
