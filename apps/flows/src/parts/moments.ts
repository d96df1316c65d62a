// Every commit of a run, with the state after it. A second run, restored from the genesis, applies each batch once as
// it is committed, so travelling never replays anything. All states are kept, because they share their unchanged parts.
// For a history of millions, keep every hundredth state and replay from there.

import { type HistoryRecord, type Run, type RunEvent, restoreRun, type Snapshot } from '@xmachines/core'
import { useEffect, useState } from 'react'

import { follow } from './follow.ts'
import { onceAFrame } from './once-a-frame.ts'

/** A commit, and the snapshot after it. */
export interface Moment<State, Event> {
  readonly record: HistoryRecord<Event>
  readonly snapshot: Snapshot<State>
}

interface MomentsOfRun<State, Event> {
  readonly run: unknown
  readonly moments: readonly Moment<State, Event>[]
}

/** The moments of a run, genesis first; none before the first effect for this run. */
export function useMoments<State, Event extends RunEvent, Output, Input>(
  run: Run<State, Event, Output, Input>,
): readonly Moment<State, Event>[] {
  const [shown, setShown] = useState<MomentsOfRun<State, Event>>({ run, moments: [] })
  useEffect(() => {
    const found: Moment<State, Event>[] = []
    const show = onceAFrame(() => setShown({ run, moments: [...found] }))
    let replayed: Run<State, Event, Output, Input> | undefined
    const stop = follow(run.history({ follow: true }), (record) => {
      if ('parent' in record) replayed?.in.send(record.events)
      // The batches were checked when they happened.
      else replayed = restoreRun(run.machine, [record], { checkDeterminism: false })
      if (replayed === undefined) return
      found.push({ record, snapshot: replayed.snapshot.current })
      show()
    })
    return () => {
      stop()
      show.cancel()
    }
  }, [run])
  return shown.run === run ? shown.moments : none
}

const none: readonly never[] = []
