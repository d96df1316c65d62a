// A run as lists of runs have it, and how such lists travel.

import type { Snapshot } from '@xmachines/core'

/** A run in a list. */
export interface RunEntry<Summary = unknown> {
  readonly id: string
  /** `NAME@VERSION`. */
  readonly machine: string
  /** The oid of its latest batch. */
  readonly head: string
  readonly sequence: number
  readonly status: Snapshot<unknown>['status']
  /** The name of its state, if its machine has named states. */
  readonly at?: string
  /** What the server shows of its state. It is absent if the server shows nothing. */
  readonly summary?: Summary
}

/** A page of a list, in the order of the ids. */
export interface RunPage<Summary = unknown> {
  readonly runs: readonly RunEntry<Summary>[]
  /** Where the next page begins. It is absent if this is the last page. A page that is not the last may have no runs. */
  readonly cursor?: string
}

/** The names of server-sent events in a list. */
export const LIST_EVENTS = {
  /** The list is sent from its beginning. A client drops what it has once `complete` comes. */
  begin: 'begin',
  /** A run that is new in the list, or has moved. */
  run: 'run',
  /** A run has left the list: `{ id }`. */
  gone: 'gone',
  /** The client has all that is in the list. A client continues from the id of this event. */
  complete: 'complete',
} as const
