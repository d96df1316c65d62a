// A snapshot as it travels: of what is recorded, with the run that it is of and its head.

import type { Snapshot } from '@xmachines/core'

/** A snapshot in an answer or a stream. */
export type WireSnapshot<State = unknown> = Snapshot<State> & {
  /** The id of the run. */
  readonly run: string
  /** The oid of the latest batch in the snapshot: the one with its `sequence`. */
  readonly head: string
  /** Outputs since the genesis. */
  readonly position: number
}

/** The entity tag of a snapshot: its head, and its status, which a fatal end changes without a new head. */
export function snapshotTag(head: string, status: Snapshot<unknown>['status']): string {
  return `"${head}-${status}"`
}

/** The head that an entity tag names: `"HEAD-STATUS"`, or `"HEAD"` alone. Undefined if it is neither. */
export function headOfTag(tag: string): string | undefined {
  return /^"([0-9a-f]{40}|[0-9a-f]{64})(?:-(?:active|done|error))?"$/.exec(tag)?.[1]
}
