// The outputs of a shared run that its log does not tell: how many the first batches made, and those from before its snapshot.

import { countOf } from '../engine/kept.ts'
import { type Log, sequenceOf } from '../engine/log.ts'
import { replayStream } from './replay-stream.ts'
import type { RunStore } from './run-store.ts'

/** A run, and where it is kept. */
interface StoredRun {
  readonly store: RunStore
  readonly id: string
}

/** What the store has of each shared run. */
const confirmedLogs = new WeakMap<object, Log>()

/** Has the outputs of a run counted by what is confirmed of it. */
export function countBy(run: object, confirmed: Log): void {
  confirmedLogs.set(run, confirmed)
}

/**
 * The function that counts the outputs of a run up to a sequence; undefined if it is not a shared run. A log does not say
 * which batch made which output, so the batches are replayed unless they are all that is there.
 */
export function outputCounter(run: StoredRun): ((sequence: number) => Promise<number>) | undefined {
  const confirmed = confirmedLogs.get(run)
  if (confirmed === undefined) return undefined
  return async (sequence) =>
    sequenceOf(confirmed) === sequence
      ? countOf(confirmed.outputs)
      : countOf((await replayTo(run, confirmed, sequence)).outputs)
}

/** Has the log of a shared run hold its outputs from a position on. Those from before its snapshot are made by a replay. */
export async function recallOutputs(run: StoredRun, position: number): Promise<void> {
  const confirmed = confirmedLogs.get(run)
  if (confirmed === undefined || confirmed.outputs.dropped <= position) return
  const { outputs } = await replayTo(run, confirmed, confirmed.batches.dropped)
  // More may have been confirmed meanwhile.
  confirmed.outputs.items = [...outputs.items, ...confirmed.outputs.items]
  confirmed.outputs.dropped = 0
}

/** The log of a run up to a sequence, from its genesis on. */
function replayTo({ store, id }: StoredRun, { machine, origin }: Log, sequence: number): Promise<Log> {
  const options = { machines: [machine], format: origin.format, checkDeterminism: false }
  return replayStream(store.read(id, { from: 0, to: sequence }), options)
}
