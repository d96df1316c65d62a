// Records a run into a store while it is committed, slice by slice.
//
//   the run has more ─► take a slice ─► store.append ─► recorded rises ─► whoever waits, and the recorded ports, learn it

import { toHex } from '../identity/hex.ts'
import type { RunEvent } from '../machine/machine.ts'
import type { RecordRunOptions } from '../recording/record-options.ts'
import { type Recorder, type Recording, startRecording } from '../recording/recording.ts'
import type { Run } from '../run/run.ts'
import { appendSlice, askStore } from './append-slice.ts'
import { readEarlier } from './read-earlier.ts'
import type { RunStore } from './run-store.ts'
import { type Head, StoreError, storeErrorOf } from './store-error.ts'
import { takeSlice } from './take-slice.ts'

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
  options: RecordRunOptions = {},
): Recorder<State, Event, Output> {
  const { id } = run
  /** Whether the store was asked where the run ends. */
  let begun = false
  let draining = false
  const recording: Recording<State, Event, Output, Error> = startRecording(run, {
    ...options,
    take: () => void drain(),
    readEarlier: (from, to) => readEarlier(store, id, from, to),
    stopped: (recorded) =>
      new Error(`the recorder of the run ${id} was stopped at sequence ${recorded}; record the run again`),
    report: (error, recorded) => console.error(`recording the run ${id} stopped at sequence ${recorded}:`, error),
  })
  const { history, recorder } = recording

  async function drain(): Promise<void> {
    if (draining) return
    draining = true
    try {
      // Whatever else is committed in this turn joins the first slice.
      await Promise.resolve()
      if (!begun) {
        recording.acknowledge(await adopt(await askStore(id, () => store.head(id))))
        begun = true
      }
      while (!recording.finished && recorder.recorded < recording.due) {
        await appendNext()
        recording.advance()
      }
    } catch (thrown) {
      recording.fail(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
    draining = false
    recording.advance()
    recording.follow()
  }

  async function appendNext(): Promise<void> {
    recording.keepCheckpoint()
    const { recorded } = recorder
    const from = recorded + 1
    const to = Math.min(recording.due, recorded + MOST_BATCHES)
    const slice = takeSlice(history, {
      from,
      to,
      mostBytes: MOST_BYTES,
      position: recording.positionAfter(to),
      start: recording.positionAt(recorded),
      settled: run.start,
    })
    const expected = recorded < 0 ? undefined : oidAt(recorded)
    try {
      await appendSlice(store, { id, expected, after: recorded, slice, tokens: history.unsettled })
      recording.acknowledge(from + slice.records.length - 1)
    } catch (thrown) {
      const moved = storeErrorOf(thrown)
      if (moved?.code !== 'MOVED') throw thrown
      recording.acknowledge(await adopt(moved.head))
    }
  }

  /**
   * The sequence up to which what the store has is this run's own: what the run object began with, what was acknowledged to it,
   * and what its receipts prove. An equal batch beyond is another writer's.
   */
  async function adopt(head: Head | undefined): Promise<number> {
    const { recorded } = recorder
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
      `the run ${id} ${why}: the store is at sequence ${head?.sequence ?? 'none'}, and this recorder at ${recorder.recorded}; ` +
        'open the run from the store and send the missing events again',
      { head },
    )
  }

  function oidAt(sequence: number): string {
    return toHex(history.digestAt(sequence))
  }

  void drain()
  return recorder
}
