// The two logs of a run that others drive as well. The confirmed one has what is kept, the tentative one is ahead of it by the
// batches that are pending. What others did goes into the confirmed log, and what is pending is stepped again behind it. Who keeps
// what is pending, and how, is known elsewhere.

import { reapply } from '../engine/enter.ts'
import { countOf } from '../engine/kept.ts'
import { type Batch, chainOf, createLog, isWatched, type Log, oidAt, sequenceOf } from '../engine/log.ts'
import { publish } from '../engine/publish.ts'
import { Refusal } from '../engine/refusal.ts'
import { refuse, tellRefusal } from '../engine/refuse.ts'
import { replayRecord } from '../history/replay.ts'
import type { RunError } from '../machine/run-error.ts'
import { advanceLog } from './advance.ts'
import type { StoredRecord } from './run-store.ts'

/** A batch that is not kept yet. */
export interface Pending<Details> {
  /** Counts the batches that were sent, refused ones left out. Negative if it was sent elsewhere. */
  readonly ordinal: number
  /** Its events; or why it is none to this machine, of one that was sent elsewhere. */
  readonly batch: Batch | Refusal
  /** What its keeper knows of it. */
  readonly details: Details
  /** Whether the tentative log has it. One that it refuses may be kept all the same, if only its keeper knows. */
  readonly isShown: boolean
}

/** What the keeper of what is pending is asked, and learns. */
export interface Keeper<Details> {
  /** Says more of a batch that is being sent. */
  describe(batch: Batch): Details
  /** Batches were sent, or the run ended fatally. */
  onSent(): void
  /** A batch is kept. The confirmed log ends with it during the call. */
  onKept?(batch: Pending<Details>): void
  /** Whether only the keeper can refuse a batch, because it may be kept already. */
  isOpen?(batch: Pending<Details>): boolean
  /** How a refusal is told: `send` if somebody else gets it than the readers of `err`. */
  via?(batch: Pending<Details>): 'send' | 'stream'
  /** A batch was refused behind what others did. */
  onRefused?(batch: Pending<Details>, refusal: RunError): void
  /** Somebody subscribes or waits, or no longer does. */
  readonly onWatched?: () => void
}

/** Two logs of one run. */
export interface TentativeLog<Details> {
  readonly confirmed: Log
  readonly tentative: Log
  /** What is pending, in order. */
  readonly pending: readonly Pending<Details>[]
  /** The ordinal up to which every batch is kept or was refused. */
  readonly settled: number
  /** The ordinal of the latest batch. */
  readonly latest: number
  /** Whether somebody waits for changes of one of the logs. */
  readonly isWatched: boolean
  /** The oldest batches are kept: these are their records. All of them are shown. */
  keep(records: readonly StoredRecord[]): void
  /**
   * Applies what is kept, and steps what is pending again.
   * @param isWanted which batches stay pending: all unless given
   * @throws {RunError} as `advance`
   */
  take(records: readonly StoredRecord[], isWanted?: (batch: Pending<Details>) => boolean): void
  /** Steps again what stays pending. */
  step(isWanted: (batch: Pending<Details>) => boolean): void
  /** The keeper refused a batch. */
  refuse(batch: Pending<Details>, error: RunError): void
  /** Has batches pending, before all others, that were sent elsewhere, such as before a reload. Called once at most. */
  adopt(batches: readonly Pick<Pending<Details>, 'batch' | 'details'>[]): void
  /** Ends the confirmed log if the tentative one ended fatally and nothing is pending. Answers whether it did. */
  endIfFatal(): boolean
}

/** Begins a tentative log where the confirmed one ends. */
export function tentativeLog<Details>(confirmed: Log, keeper: Keeper<Details>): TentativeLog<Details> {
  const { machine, origin, checkDeterminism } = confirmed
  const tentative = createLog(machine, origin, { checkDeterminism })
  tentative.chain = chainOf(confirmed)
  let pending: Pending<Details>[] = []
  /** How many of them the tentative log has. */
  let shown = 0
  let latest = 0

  if (keeper.onWatched !== undefined) for (const log of [confirmed, tentative]) watchReaders(log, keeper.onWatched)
  reset()
  watch()

  function reset(): void {
    tentative.batches.items = []
    tentative.batches.dropped = sequenceOf(confirmed)
    tentative.outputs.items = []
    tentative.outputs.dropped = countOf(confirmed.outputs)
    tentative.state = confirmed.state
    tentative.status = confirmed.status
    tentative.end = confirmed.end
    shown = 0
  }

  /** Learns of each batch during the call that sends it. */
  function watch(): void {
    tentative.waiting.push({
      wake() {
        watch()
        const { items } = tentative.batches
        const before = shown
        while (shown < items.length) {
          const batch = items[shown++] as Batch
          pending.push({ ordinal: ++latest, batch, details: keeper.describe(batch), isShown: true })
        }
        if (shown > before || tentative.status === 'error') keeper.onSent()
      },
    })
  }

  /** Steps a batch behind what the tentative log has. Undefined if it is refused. */
  function stepAgain(batch: Pending<Details>): Pending<Details> | undefined {
    const { batch: events } = batch
    const refusal = events instanceof Refusal ? events : reapply(tentative, events)
    if (refusal === undefined) {
      shown++
      return batch.isShown ? batch : { ...batch, isShown: true }
    }
    if (keeper.isOpen?.(batch) === true) return { ...batch, isShown: false }
    const via = keeper.via?.(batch) ?? 'stream'
    const error = refuse(tentative, refusal, events instanceof Refusal ? undefined : events, via)
    keeper.onRefused?.(batch, error)
    return undefined
  }

  function step(isWanted: (batch: Pending<Details>) => boolean): void {
    const before = pending
    reset()
    pending = []
    for (const batch of before) {
      const stepped = isWanted(batch) ? stepAgain(batch) : undefined
      if (stepped !== undefined) pending.push(stepped)
    }
    showAnew(tentative)
  }

  return {
    confirmed,
    tentative,
    get pending() {
      return pending
    },
    get settled() {
      return (pending[0]?.ordinal ?? latest + 1) - 1
    },
    get latest() {
      return latest
    },
    get isWatched() {
      // It waits for what is sent itself.
      const { waiting, subscriptions } = tentative
      return waiting.length > 1 || (subscriptions?.all.size ?? 0) > 0 || isWatched(confirmed)
    },
    keep(records) {
      const count = records.length
      let parent = oidAt(confirmed, sequenceOf(confirmed))
      for (const [at, record] of records.entries()) {
        parent = replayRecord(confirmed, record, parent, { revalidate: false, checkDeterminism: false })
        keeper.onKept?.(pending[at] as Pending<Details>)
      }
      pending = pending.slice(count)
      shown -= count
      const { batches, outputs } = tentative
      batches.items = batches.items.slice(count)
      batches.dropped += count
      const kept = countOf(confirmed.outputs) - outputs.dropped
      outputs.items = outputs.items.slice(kept)
      outputs.dropped += kept
      publish(confirmed, 'stream')
    },
    take(records, isWanted = () => true) {
      advanceLog(confirmed, records)
      step(isWanted)
    },
    step,
    refuse(batch, error) {
      step(({ ordinal }) => ordinal !== batch.ordinal)
      tellRefusal(tentative, error)
    },
    adopt(batches) {
      const count = batches.length
      // Their ordinals come before those that are given here.
      const adopted = batches.map((batch, at) => ({ ...batch, ordinal: at - count, isShown: false }))
      pending = [...adopted, ...pending]
      step(() => true)
    },
    endIfFatal() {
      if (pending.length > 0 || tentative.status !== 'error' || confirmed.end !== undefined) return false
      confirmed.status = 'error'
      confirmed.end = tentative.end
      showAnew(confirmed)
      return true
    },
  }
}

/** Has the readers of a log see a state that does not come from one more batch. */
export function showAnew(log: Log): void {
  log.version++
  log.snapshot = undefined
  publish(log, 'stream')
}

/** Learns of each reader and subscriber of a log that comes or goes. */
function watchReaders(log: Log, onWatched: () => void): void {
  log.watched = onWatched
  log.subscriptions = { all: new WatchedSet(onWatched), rounds: [], round: 0 }
}

class WatchedSet<Item> extends Set<Item> {
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    super()
    this.#onChange = onChange
  }

  override add(item: Item): this {
    super.add(item)
    this.#onChange()
    return this
  }

  override delete(item: Item): boolean {
    const wasThere = super.delete(item)
    this.#onChange()
    return wasThere
  }
}
