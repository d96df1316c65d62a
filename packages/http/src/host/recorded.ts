// What is recorded of a run, as it travels.

import type { Snapshot } from '@xmachines/core'
import type { WireSnapshot } from '../wire/snapshot.ts'
import type { AnySharedRun } from './live-run.ts'

/** A snapshot of what the store has, with the place that it is at. */
export function wireSnapshot(
  snapshot: Snapshot<unknown>,
  { run, head, position }: Pick<WireSnapshot, 'run' | 'head' | 'position'>,
): WireSnapshot {
  return Object.freeze({ run, head, position, ...snapshot })
}

/** The latest of a shared run. Its members are all of what is confirmed, so they are of one moment. */
export function latestOf(run: AnySharedRun): WireSnapshot {
  return wireSnapshot(run.confirmed.current, { run: run.id, head: run.head, position: run.position })
}
