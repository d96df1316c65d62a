// A run that several share through a store: what is pending is appended, and what others append is followed. If another writer was
// first, what is pending is stepped again behind its records. Longer than other files, because appending and following take turns.
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
import { type AppendPlan, appendSlice, newToken } from './append-slice.ts'
import { checkHead } from './check-head.ts'
import { encodeBatches } from './encode-batches.ts'
import { pause } from './pause.ts'
import { isAnswer } from './receipts.ts'
import type { Receipt, RunStore, StoredRecord } from './run-store.ts'
import { type Head, moved, StoreError, storeErrorOf } from './store-error.ts'
import { takeSlice } from './take-slice.ts'
import { type Pending, tentativeLog } from './tentative-log.ts'

/** What is said of a batch beside its events. */
export interface Sending {
  readonly key?: string | undefined
  /** The sequence that its sender knew when it first sent the batch: its receipt is not older. */
  readonly since?: number | undefined
  /** The confirmed sequence when the store was last asked for a receipt of its key: −1 if it was not asked. */
  readonly asked?: number
  /** Whether it is applied only behind the batch that it was sent behind. */
  readonly isConditional?: boolean
  /** Learns what becomes of it. */
  readonly watcher?: BatchWatcher | undefined
}

/** Learns what becomes of a batch that was sent: one of these is called, once. */
export interface BatchWatcher {
  /** The store has it. The confirmed log ends with it during the call. */
  applied(): void
  /** The store had it already, under the same key. */
  repeated(receipt: Receipt): void
  /** It was refused behind what others appended. */
  refused(refusal: RunError): void
  /** It was not applied, or nobody knows. */
  failed(error: Error): void
}

/** What is known of a batch that is not in the store yet. */
interface Sent extends Sending {
  readonly since: number
  asked: number
  /** Whether more was confirmed between that and the call that sent it: this very batch may be among it. */
  isLate: boolean
}

/** A pending batch that another writer appended under the same key, and where. */
interface Repeated {
  readonly details: Sent
  readonly receipt: Receipt | 'lost'
}

/** Two logs of one run, and what goes on between them and the store. */
export interface SharedLog {
  readonly confirmed: Log
  readonly tentative: Log
  /** How many batches are not in the store yet. */
  readonly pending: number
  /** Why the store does not keep what is pending at the moment, or why it never will. */
  readonly problem: Error | undefined
  /** How often what is pending was stepped again behind what others appended. */
  readonly restepped: number
  /** Resolves once what others have appended until now is applied. */
  catchUp(): Promise<void>
  /** Says more of the batches that are sent during a call. */
  sending<Result>(details: Sending, send: () => Result): Result
  /** Whether a batch of this key is pending. */
  isPending(key: string): boolean
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

/**
 * Shares a log.
 * @param confirmed has what the store has, or what it will have once the run is begun
 * @param isNew whether the store does not have the run yet: then nothing is appended or followed until it is begun
 */
export function shareLog(store: RunStore, confirmed: Log, isNew = false): SharedLog {
  const id = oidAt(confirmed, 0)
  const { machine, origin } = confirmed
  const ahead = tentativeLog<Sent>(confirmed, {
    describe() {
      const sequence = sequenceOf(confirmed)
      const { since = sequence, asked = -1 } = details
      return { ...details, since, asked, isLate: asked < sequence }
    },
    onSent() {
      changed()
      void append()
    },
    onKept: ({ details: { watcher } }) => watcher?.applied(),
    // Whoever watches the batch gets the refusal, as the caller of `send` does.
    via: ({ details: { watcher } }) => (watcher === undefined ? 'stream' : 'send'),
    onRefused: ({ details: { watcher } }, refusal) => watcher?.refused(refusal),
  })
  const { tentative } = ahead
  let details: Sending = {}
  let restepped = 0
  /** The sequence of the latest batch that another writer appended while this log was shared. */
  let foreign = -1
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

  if (begun) void follow()

  function changed(): void {
    // A fatal end is one of this run object alone. It comes once all before it is kept.
    if (ahead.endIfFatal()) close()
    waits.advance(ahead.settled)
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
    for (const { details } of ahead.pending) details.watcher?.failed(error)
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
      for (let failures = 0; ahead.pending.length > 0 && !signal.aborted; ) {
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
    if (ahead.pending.length === 0 || signal.aborted) return true
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
      await dropRepeated()
      if (ahead.pending.length === 0 || signal.aborted) return
      underWay = planAppend()
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
    confirm(slice.records)
  }

  /**
   * Leaves out of what is pending whatever another writer appended under the same key. Keys are asked for after its records were
   * applied and before anything is appended behind them, so that no append of a key comes in between.
   */
  async function dropRepeated(): Promise<void> {
    const repeated = await findRepeated(foreign, sequenceOf(confirmed))
    if (repeated.size === 0) return
    restepped++
    ahead.step((batch) => !repeated.has(batch.ordinal))
    tellRepeated(repeated)
    changed()
  }

  /**
   * The pending batches that the store has under their keys, by their ordinals.
   * @param until those that were asked for at this sequence or later are not asked for again
   * @param now the sequence that the store has at least
   */
  async function findRepeated(until: number, now: number): Promise<Map<number, Repeated>> {
    const repeated = new Map<number, Repeated>()
    const next = (): Pending<Sent> | undefined =>
      ahead.pending.find(({ details: { key, asked, isLate } }) => key !== undefined && (isLate || asked < until))
    for (let batch = next(); batch !== undefined; batch = next()) {
      const { ordinal, details } = batch
      const key = details.key as string
      let receipt: Receipt | 'lost' | undefined
      try {
        receipt = await store.receipt(id, key, details.since)
      } catch (thrown) {
        // The output of an answer has settled: it was answered, or needs no answer.
        if (!isAnswer(id, key) || storeErrorOf(thrown)?.code !== 'UNKNOWN') throw thrown
        receipt = 'lost'
      }
      details.asked = now
      details.isLate = false
      if (receipt !== undefined) repeated.set(ordinal, { details, receipt })
    }
    return repeated
  }

  function tellRepeated(repeated: Map<number, Repeated>): void {
    for (const { details, receipt } of repeated.values()) {
      if (receipt !== 'lost') details.watcher?.repeated(receipt)
      else
        details.watcher?.failed(
          new StoreError('UNKNOWN', `the run ${id} has a batch under this key, and nobody knows where`),
        )
    }
  }

  function planAppend(): AppendPlan {
    const after = sequenceOf(confirmed)
    const encoded = encodeBatches(confirmed, tentative.batches.items)
    const keys = new Map<string, number>()
    for (const [at, { details }] of ahead.pending.entries()) {
      if (details.key !== undefined) keys.set(details.key, after + 1 + at)
    }
    return {
      id,
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
  }

  /** The oldest pending batches are in the store. */
  function confirm(records: readonly StoredRecord[]): void {
    ahead.keep(records)
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

  /** Does the same, and checks that it leads to where the store says that the run ends. */
  async function catchUpTo(head: Head | undefined): Promise<void> {
    const least = sequenceOf(confirmed) + 1
    await catchUp()
    // Without this, what is pending would be appended and refused forever.
    if (head !== undefined && !signal.aborted) checkHead(confirmed, head, least)
  }

  /** What another writer appended under the key of a pending batch is that batch, and must not be judged a second time. */
  async function take(records: readonly StoredRecord[]): Promise<void> {
    const sequence = sequenceOf(confirmed) + records.length
    const repeated = await findRepeated(sequence, sequence)
    if (signal.aborted) return
    const head = { head: (records.at(-1) as StoredRecord).oid, sequence }
    foreign = sequence
    restepped++
    ahead.take(records, ({ ordinal, details: { isConditional = false, watcher } }) => {
      if (repeated.has(ordinal)) return false
      if (isConditional) watcher?.failed(moved(id, undefined, head))
      return !isConditional
    })
    tellRepeated(repeated)
    if (confirmed.end !== undefined) close()
    changed()
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
        await pauseAfter(++failures)
      } catch (thrown) {
        if (isLasting(thrown)) return fail(thrown)
        tell('follow', errorOf(thrown))
        await pauseAfter(++failures)
      }
    }
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
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1))
    return pause(longest * (0.5 + Math.random() / 2), signal)
  }

  function close(): void {
    closing.abort()
    if (ahead.pending.length === 0) return
    abandon(new StoreError('UNAVAILABLE', `the run ${id} was closed before all of it was kept`))
  }

  return {
    confirmed,
    tentative,
    get pending() {
      return ahead.pending.length
    },
    get problem() {
      return problem()
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
    catchUp: () => betweenAppends(catchUp),
    isPending: (key) => ahead.pending.some(({ details }) => details.key === key),
    get isClosed() {
      return signal.aborted
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
      if (ahead.pending.length > 0) {
        if (signal.aborted) throw problem() ?? new StoreError('UNAVAILABLE', `the run ${id} was closed; open it again`)
        await waits.until(ahead.latest)
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
