// Every commit of a run with the state that it led to. A second run, restored from the genesis, is given each batch as it
// is committed: nothing is replayed twice, however far and often somebody travels. All states are kept, since they share
// what did not change; for a history of millions one would keep each hundredth, and replay from there.

import { type HistoryRecord, type Run, type RunEvent, restoreRun } from '@xmachines/core'
import { useEffect, useState } from 'react'

import { follow } from '../parts/follow.ts'
import { onceAFrame } from '../parts/once-a-frame.ts'

/** A commit, and the state behind it. */
export interface Moment<State, Event> {
  readonly record: HistoryRecord<Event>
  readonly state: State
}

/** The moments of a run, the genesis first; there are none before the first effect. */
export function useMoments<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
): readonly Moment<State, Event>[] {
  const [moments, setMoments] = useState<readonly Moment<State, Event>[]>([])
  useEffect(() => {
    const found: Moment<State, Event>[] = []
    const tell = onceAFrame(() => setMoments([...found]))
    let replayed: Run<State, Event, Output, Input> | undefined
    const stop = follow(run.history({ follow: true }), (record) => {
      if ('parent' in record) replayed?.in.send(record.events)
      // What was checked when it happened need not be checked again.
      else replayed = restoreRun(run.machine, [record], { checkDeterminism: false })
      if (replayed === undefined) return
      found.push({ record, state: replayed.snapshot.current.state })
      tell()
    })
    return () => {
      stop()
      tell.cancel()
    }
  }, [run])
  return moments
}
