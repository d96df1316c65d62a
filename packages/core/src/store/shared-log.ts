// A run that several share through a store: what goes on between its two logs and the store. Longer than other files, because
// appending and following take turns, and either may find out what became of the other.
//
//   send ─► tentative ─► append ─► confirmed
//   MOVED, or followed records ─► confirmed ─► the pending batches are stepped again ─► tentative

import { isA } from '../data/describe-value.ts'
import { type Batch, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { RunError } from '../machine/run-error.ts'
import { sequenceWaits } from '../recording/sequence-waits.ts'
import { advanceLog } from './advance.ts'
import { type AppendPlan, appendSlice } from './append-slice.ts'
import { type AppliedBatch, appliedUnder } from './applied-keys.ts'
import { checkHead } from './check-head.ts'
import { firstSlice } from './first-slice.ts'
import { backOff, pause } from './pause.ts'
import type { RunStore, StoredRecord } from './run-store.ts'
import { type Head, StoreError, sealed, storeErrorOf } from './store-error.ts'
import { type AppliedBatches, type Pending, type TwoLogs, twoLogs } from './two-logs.ts'

/** Two logs of one run, and what goes on between them and the store. */
export interface SharedLog {
  readonly confirmed: Log
  readonly tentative: Log
  /** How many batches are not in the store yet. */
  readonly pending: number
  /** Why the store does not keep what is pending at the moment, or why it never will. */
  readonly problem: Error | undefined
  /** As in `TwoLogs`. */
  readonly restepped: number
  /** As in `TwoLogs`. */
  readonly sending: TwoLogs['sending']
  /** As in `TwoLogs`. */
  readonly isPending: TwoLogs['isPending']
  /** Resolves once what others have appended until now is applied. */
  catchUp(): Promise<void>
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
  /** Whether nothing is followed or appended any more. */
  readonly isClosed: boolean
  /** Stops following and appending. What is pending is not kept. */
  close(): void
  /** Calls a listener after every change of `pending` and `problem`. */
  onChange(listener: () => void): () => void
}

/** Milliseconds before a store that failed is tried again: at first, and at most. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 30_000

/** How a log is shared. */
export interface ShareLogOptions {
  /** Whether the store does not have the run yet: then nothing is appended or followed until it is begun. */
  readonly isNew?: boolean
  /** The run that has taken its place, if the store says so: then nothing is appended or followed. */
  readonly successor?: string | undefined
  /** Resolves when an append begins. What is sent until then is appended together. */
  readonly gather?: (() => Promise<unknown>) | undefined
}

/**
 * Shares a log.
 * @param confirmed has what the store has, or what it will have once the run is begun
 */
export function shareLog(
  store: RunStore,
  confirmed: Log,
  { isNew = false, successor, gather = () => Promise.resolve() }: ShareLogOptions = {},
): SharedLog {
  const id = oidAt(confirmed, 0)
  const logs = twoLogs(confirmed, { sent: () => void append(), changed })
  const { tentative } = logs
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

  if (successor !== undefined) fail(sealed(id, successor))
  else if (begun) void follow()

  function changed(): void {
    if (confirmed.end !== undefined) close()
    waits.advance((logs.pending[0]?.ordinal ?? logs.ordinal + 1) - 1)
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
    abandon(failure)
  }

  /** What is pending will not be kept. */
  function abandon(error: Error): void {
    waits.fail(error)
    for (const { details } of logs.pending) details.watcher?.failed(error)
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
    // Whatever else is sent meanwhile joins the first slice.
    await gather()
    try {
      for (let failures = 0; logs.pending.length > 0 && !signal.aborted; ) {
        const isKept = await exclusively(appendOnce)
        failures = isKept ? 0 : failures + 1
        if (!isKept) await pauseAfter(failures)
      }
      // What was pending may have been refused behind what others appended.
      tell('append', undefined)
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
    } catch (thrown) {
      if (isLasting(thrown)) throw thrown
      tell('append', errorOf(thrown))
      return false
    }
    tell('append', undefined)
    return true
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
      const refusal = storeErrorOf(thrown)
      if (refusal?.code !== 'MOVED') throw thrown
      underWay = undefined
      return await catchUpTo(refusal.head)
    }
    underWay = undefined
    logs.confirm(slice.records)
  }

  /** Applies what others appended, and steps what is pending again. */
  async function catchUp(): Promise<void> {
    const reader = store.read(id, { from: sequenceOf(confirmed) + 1 }).getReader()
    const records: StoredRecord[] = []
    for (let read = await reader.read(); !read.done; read = await reader.read()) records.push(read.value)
    if (records.length > 0) await take(records)
  }

  /** Does the same, and checks that it leads to where the store says that the run ends. */
  async function catchUpTo(head: Head | undefined): Promise<void> {
    const least = sequenceOf(confirmed) + 1
    await catchUp()
    // Without this, what is pending would be appended and refused forever.
    if (head !== undefined && !signal.aborted) checkHead(confirmed, head, least)
  }

  async function take(records: readonly StoredRecord[]): Promise<void> {
    const known = await applied(sequenceOf(confirmed) + records.length)
    if (!signal.aborted) logs.take(records, known)
  }

  /** The pending batches that others have applied under the same keys, up to a sequence at least. */
  async function applied(sequence: number): Promise<AppliedBatches> {
    const found = new Map<Pending, AppliedBatch>()
    for (const entry of logs.pending) {
      const { details } = entry
      const { key, since, isLate } = details
      if (key === undefined || (!isLate && since >= sequence)) continue
      const batch = await appliedUnder(store, id, key, since)
      details.isLate = false
      if (batch === undefined) details.since = Math.max(since, sequence)
      else found.set(entry, batch)
    }
    return found
  }

  async function follow(): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await endOutage()
        const reader = store.follow(id, { from: sequenceOf(confirmed) + 1, signal, held }).getReader()
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          failures = 0
          const { value } = read
          await betweenAppends(() => takeFollowed(value))
        }
        // A store may end its followers, as one that is closed does.
        await failIfSealed()
        await pauseAfter(++failures)
      } catch (thrown) {
        if (isLasting(thrown)) return fail(thrown)
        tell('follow', errorOf(thrown))
        await pauseAfter(++failures)
      }
    }
  }

  /** A run that was sealed goes on no more. What is pending is not in it, unless an append is under way. */
  async function failIfSealed(): Promise<void> {
    if (signal.aborted) return
    const { successor: other } = (await store.head(id)) ?? {}
    if (other !== undefined) await betweenAppends(async () => fail(sealed(id, other)))
  }

  /** A run that nobody changes gives nothing to follow, so the store is asked whether it can be reached again. */
  async function endOutage(): Promise<void> {
    if (outages.follow === undefined) return
    await store.head(id)
    tell('follow', undefined)
  }

  /** What this run has once the append under way has its result. */
  function held(): Promise<number> {
    return exclusively(() => Promise.resolve(sequenceOf(confirmed)))
  }

  /**
   * Acts while no append is under way. What is in the store may be what this writer appended without learning of it, so that is
   * found out first.
   */
  async function betweenAppends(act: () => Promise<void>): Promise<void> {
    for (let acted = false; !acted && !signal.aborted; ) {
      acted = await exclusively(async () => {
        const isFree = underWay === undefined
        if (isFree && !signal.aborted) await act()
        return isFree
      })
      if (!acted) await pauseAfter(1)
    }
  }

  /** Takes a record that was followed. What this writer appended comes back as well. */
  async function takeFollowed(record: StoredRecord): Promise<void> {
    // A damaged store may give anything.
    const { parent } = Object(record) as { readonly parent?: unknown }
    if (parent === oidAt(confirmed, sequenceOf(confirmed))) await take([record])
    else advanceLog(confirmed, [record])
  }

  function pauseAfter(failures: number): Promise<void> {
    return pause(backOff(failures, FIRST_PAUSE, LONGEST_PAUSE), signal)
  }

  function close(): void {
    closing.abort()
    if (logs.pending.length > 0) {
      abandon(new StoreError('UNAVAILABLE', `the run ${id} was closed before all of it was kept`))
    }
  }

  return {
    confirmed,
    tentative,
    get pending() {
      return logs.pending.length
    },
    get problem() {
      return problem()
    },
    get restepped() {
      return logs.restepped
    },
    sending: logs.sending,
    isPending: logs.isPending,
    catchUp: () => betweenAppends(catchUp),
    get isClosed() {
      return signal.aborted
    },
    async begin(settled, isWanted) {
      begun = await exclusively(async () => {
        await appendSlice(store, { id, expected: undefined, after: -1, slice: firstSlice(confirmed, settled) })
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
        if (signal.aborted) throw problem() ?? new StoreError('UNAVAILABLE', `the run ${id} was closed; open it again`)
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

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
