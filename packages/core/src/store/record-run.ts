// Records a run into a store while it is committed, and says how much is safe. Longer than other files, because all of it
// is about the same few sequences.
//
//   the run has more ─► take a slice ─► store.append ─► recorded rises ─► whoever waits, and the recorded ports, learn it

import { wrongValue } from '../data/describe-value.ts'
import { toHex } from '../identity/hex.ts'
import type { RunEvent } from '../machine/machine.ts'
import type { Ports } from '../ports/open-ports.ts'
import type { PortsOptions } from '../ports/ports-options.ts'
import type { Checkpoint } from '../recording/checkpoint.ts'
import { type Recordable, recordable } from '../recording/recordable.ts'
import type { RecordedView } from '../recording/recorded-ports.ts'
import type { Run } from '../run/run.ts'
import { appendSlice, askStore } from './append-slice.ts'
import { readEarlier } from './read-earlier.ts'
import type { RunStore } from './run-store.ts'
import { sequenceWaits } from './sequence-waits.ts'
import { type Head, StoreError, storeErrorOf } from './store-error.ts'
import { takeSlice } from './take-slice.ts'

/** How a run is recorded. */
export interface RecordRunOptions {
  /** How many batches may be committed and not recorded before writes into the run wait: 16,384 unless given. */
  readonly maxUnrecorded?: number
  /**
   * How many of its latest batches the run keeps at least. Older ones are dropped with their outputs once they are recorded, and
   * `run.history()` reads them from the store. Without it, the run keeps all of them.
   */
  readonly retain?: number
}

/** Records one run into one store. */
export interface Recorder<State, Event, Output> {
  /** The sequence up to which the run is safe; −1 until its genesis is. */
  readonly recorded: number
  /** Why nothing more is recorded, if something failed. */
  readonly error: Error | undefined
  /** Resolves with the last sequence once the run has ended and is recorded, or the recorder was stopped. */
  readonly done: Promise<number>
  /** Resolves with the sequence once all that is committed now is recorded; rejects if it will not be. */
  flush(): Promise<number>
  /** Records what is committed now, and nothing after it. */
  stop(): Promise<number>
  /**
   * A set of ports that shows only what is recorded: `write` resolves, and `out` and `snapshot` deliver, once it is. It begins
   * at `run.start` unless `from` says otherwise. Effects belong here: nobody may act on an output that a crash can lose.
   */
  ports(options?: PortsOptions): Ports<State, Event, Output>
}

const MOST_UNRECORDED = 16_384
/** How many batches go into one slice. */
const MOST_BATCHES = 8192
/** How many bytes of commits: a store has to hold all of it, and perhaps as one text. */
const MOST_BYTES = 2 ** 24

/**
 * Records a run into a store: what it has now, and each batch from now on.
 *
 * @param run the run; it may have batches that are not in the store
 * @param store where to record it
 * @param options how far the recorder may fall behind, and how much the run keeps in memory
 * @returns the recorder
 * @throws {TypeError} if it is not a run of this version of core
 * @throws {RangeError} if an option is out of its range
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { memoryStore, recordRun } from '@xmachines/core/store'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const store = memoryStore()
 * const run = createRun(counter)
 * const recorder = recordRun(run, store)
 * run.in.send({ type: 'INC' })
 * console.log(await recorder.flush()) // 1
 * console.log((await store.head(run.id))?.head === run.head) // true
 * ```
 */
export function recordRun<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
  store: RunStore,
  { maxUnrecorded = MOST_UNRECORDED, retain }: RecordRunOptions = {},
): Recorder<State, Event, Output> {
  checkCount('maxUnrecorded', maxUnrecorded)
  if (retain !== undefined) checkCount('retain', retain)
  const history: Recordable<State, Event, Output> = recordable(run)
  const { id } = run
  /** The sequence up to which the store has the run's own batches; −1 is nothing. */
  let recorded = -1
  /** The sequence after which nothing is recorded, once the recorder was stopped. */
  let last = Number.POSITIVE_INFINITY
  let error: Error | undefined
  let finished = false
  /** Whether the store was asked where the run ends. */
  let begun = false
  let draining = false
  /** Whether the run calls back when it has more. */
  let following = false
  /** What the run was when something was taken; shown once that is recorded. */
  const checkpoints: Checkpoint[] = []
  const waits = sequenceWaits()
  let view: RecordedView<State, Event, Output> | undefined
  /** Settles `done`. */
  let ending: { resolve(sequence: number): void; reject(error: Error): void } | undefined
  /** Whether somebody has asked for `done`. */
  let watched = false
  const done = new Promise<number>((resolve, reject) => {
    ending = { resolve, reject }
  })
  done.catch(() => undefined)
  const hold = history.hold(() => !finished && history.sequence - recorded > maxUnrecorded)
  const retention = history.retain(retain, (from, to) => readEarlier(store, id, from, to))

  /** The sequence up to which the run is to be recorded. */
  function due(): number {
    return Math.min(history.sequence, last)
  }

  async function drain(): Promise<void> {
    if (draining) return
    draining = true
    try {
      // Whatever else is committed in this turn joins the first slice.
      await Promise.resolve()
      if (!begun) {
        recorded = await adopt(await askStore(id, () => store.head(id)))
        begun = true
      }
      while (!finished && recorded < due()) {
        await appendNext()
        advance()
      }
    } catch (thrown) {
      fail(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
    draining = false
    advance()
    follow()
  }

  async function appendNext(): Promise<void> {
    keepCheckpoint()
    const from = recorded + 1
    const to = Math.min(due(), recorded + MOST_BATCHES)
    // Of a slice that ends before a checkpoint, its position is an upper bound: no log knows which batch made which output.
    const { position } = checkpoints.find(({ sequence }) => sequence >= to) as Checkpoint
    const slice = takeSlice(history, { from, to, mostBytes: MOST_BYTES, position, settled: run.start })
    const expected = recorded < 0 ? undefined : oidAt(recorded)
    try {
      await appendSlice(store, { id, expected, after: recorded, slice, tokens: history.unsettled })
      recorded = from + slice.records.length - 1
    } catch (thrown) {
      const moved = storeErrorOf(thrown)
      if (moved?.code !== 'MOVED') throw thrown
      recorded = await adopt(moved.head)
    }
    history.acknowledge(recorded)
  }

  /**
   * The sequence up to which what the store has is this run's own: what the run object began with, what was acknowledged to it,
   * and what its receipts prove. An equal batch beyond is another writer's.
   */
  async function adopt(head: Head | undefined): Promise<number> {
    if (head === undefined) {
      if (recorded >= 0) throw refused(head, 'was deleted after it had been recorded')
      if (history.dropped > 0) throw refused(head, 'is not there, and the run object dropped its first batches')
      return -1
    }
    const { sequence } = head
    if (sequence < Math.max(recorded, history.dropped)) throw refused(head, 'lacks batches that were recorded')
    if (sequence > history.sequence || oidAt(sequence) !== head.head) throw refused(head, 'has another continuation')
    if (sequence <= history.owned) return sequence
    for (const token of Array.from(history.unsettled)) {
      const receipt = await askStore(id, () => store.receipt(id, token, recorded))
      if (receipt !== undefined && receipt.sequence >= sequence) return sequence
    }
    // Another recorder of this run object may have got its answer meanwhile.
    if (sequence <= history.owned) return sequence
    throw refused(head, 'has equal batches that another writer appended first')
  }

  function refused(head: Head | undefined, why: string): StoreError {
    return new StoreError(
      'MOVED',
      `the run ${id} ${why}: the store is at sequence ${head?.sequence ?? 'none'}, and ${recorded} is the last that was recorded ` +
        'here; open the run from the store and send again what is missing',
      { head },
    )
  }

  function oidAt(sequence: number): string {
    return toHex(history.digestAt(sequence))
  }

  function keepCheckpoint(): void {
    const made = history.checkpoint()
    const latest = checkpoints.at(-1)
    if (latest?.snapshot === made.snapshot && latest.end === made.end) return
    checkpoints.push(made)
  }

  /** Records again once the run has more. */
  function follow(): void {
    if (following || finished || history.ended || Number.isFinite(last)) return
    following = true
    history.whenMore(() => {
      following = false
      if (!finished) void drain()
    })
  }

  /** Shows what is recorded now. */
  function advance(): void {
    if (finished) return
    if (history.ended) keepCheckpoint()
    let shown: Checkpoint | undefined
    while (checkpoints.length > 0 && (checkpoints[0] as Checkpoint).sequence <= recorded) shown = checkpoints.shift()
    if (shown !== undefined) {
      view?.show(shown)
      retention.recorded(shown)
    }
    waits.advance(recorded)
    hold.check()
    if (recorded >= last) finish(stopped())
    else if (history.ended && recorded === history.sequence && checkpoints.length === 0) finish(undefined)
  }

  function stopped(): Error {
    return new Error(`the recorder of the run ${id} was stopped at sequence ${recorded}; record the run again`)
  }

  /** Ends without a failure; `reason` is given to whoever waits for more. */
  function finish(reason: Error | undefined): void {
    end()
    ending?.resolve(recorded)
    if (reason !== undefined) reject(reason)
  }

  function fail(thrown: Error): void {
    if (finished) return
    error = thrown
    end()
    if (!waits.reporting && !watched) console.error(`recording the run ${id} stopped at sequence ${recorded}:`, error)
    ending?.reject(error)
    reject(error)
  }

  function end(): void {
    finished = true
    hold.end()
    retention.end()
  }

  function reject(reason: Error): void {
    waits.fail(reason)
    view?.fail(reason)
  }

  function reached(sequence: number): Promise<void> {
    if (sequence <= recorded) return Promise.resolve()
    if (finished) return Promise.reject(error ?? stopped())
    return waits.until(sequence)
  }

  void drain()
  return {
    get recorded() {
      return recorded
    },
    get error() {
      return error
    },
    get done() {
      watched = true
      return done
    },
    async flush() {
      await reached(due())
      return recorded
    },
    async stop() {
      if (error !== undefined) throw error
      last = Math.min(last, history.sequence)
      if (!finished) {
        keepCheckpoint()
        watched = true
        void drain()
        await done
      }
      return recorded
    },
    ports(options = {}) {
      if (view === undefined) {
        view = history.view()
        if (error !== undefined || last <= recorded) view.fail(error ?? stopped())
        else if (recorded >= 0) {
          keepCheckpoint()
          advance()
        }
      }
      return view.ports(options, () => reached(history.sequence))
    },
  }
}

function checkCount(name: string, count: unknown): void {
  if (typeof count !== 'number') throw new TypeError(wrongValue(name, count, 'a number of batches, 0 or more'))
  if (!(count >= 0)) throw new RangeError(wrongValue(name, count, 'a number of batches, 0 or more'))
}
