// How many outputs the first batches of a shared run made, for stores that cannot tell.

import { countOf } from '../engine/kept.ts'
import { type Log, sequenceOf } from '../engine/log.ts'
import { replayStream } from './replay-stream.ts'
import type { RunStore } from './run-store.ts'

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
export function outputCounter(run: {
  readonly store: RunStore
  readonly id: string
}): ((sequence: number) => Promise<number>) | undefined {
  const confirmed = confirmedLogs.get(run)
  if (confirmed === undefined) return undefined
  return async (sequence) => {
    if (sequenceOf(confirmed) === sequence) return countOf(confirmed.outputs)
    const { machine, origin } = confirmed
    const options = { machines: [machine], format: origin.format, checkDeterminism: false }
    return countOf((await replayStream(run.store.read(run.id, { from: 0, to: sequence }), options)).outputs)
  }
}
