// The snapshots of a run, as a client gets them that has no machine: whatever the server says is the state.

import { showSnapshot, type TentativeLog } from '@xmachines/core/internal'
import { SSE_EVENTS } from '../wire/frames.ts'
import { SSE_TYPE } from '../wire/media-types.ts'
import type { WireSnapshot } from '../wire/snapshot.ts'
import type { Feed, FeedPlan, Sent } from './feed.ts'

/** The feed of the snapshots of a run. */
export function snapshotFeed({ ahead, onChange }: FeedPlan): Feed {
  const known = (): number => ahead.confirmed.batches.dropped
  return {
    accept: SSE_TYPE,
    known,
    path: () => '',
    onEvent(event, data) {
      // It is checked by nobody: the server is what is asked.
      if (event === SSE_EVENTS.snapshot) show(ahead, data as WireSnapshot)
      onChange()
    },
    async onApplied({ ordinal }, snapshot) {
      ahead.step((batch) => batch.ordinal !== ordinal)
      show(ahead, snapshot)
      onChange()
    },
    onRefused: () => undefined,
  }
}

/** Shows a snapshot, unless a later one is shown. */
export function show({ confirmed, step }: TentativeLog<Sent>, snapshot: WireSnapshot): void {
  if (snapshot.sequence < confirmed.batches.dropped || confirmed.end !== undefined) return
  showSnapshot(confirmed, snapshot)
  step(() => true)
}
