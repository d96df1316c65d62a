// A snapshot: the latest truth of a run, as anyone may see it.

import type { RunErrorCode } from './run-error.ts'

interface Materialized<State> {
  /** The state after the last batch: frozen plain data. */
  readonly state: State
  /** How many batches have been committed. */
  readonly sequence: number
}

/**
 * A materialized view of a run's state (RFC Run v1 §6): frozen plain data, derived from events, the latest truth. An
 * `active` run continues, a `done` run was completed by its machine, and an `error` run was ended by a fatal refusal.
 */
export type Snapshot<State> = Materialized<State> &
  (
    | { readonly status: 'active' | 'done' }
    | { readonly status: 'error'; readonly error: { readonly code: RunErrorCode; readonly message: string } }
  )
