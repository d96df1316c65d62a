// The latest truth of a run, as anyone may see it.

import type { RunErrorCode } from './run-error.ts'

/** What every snapshot has. */
interface Materialized<State> {
  /** The state after the last batch; frozen plain data. */
  readonly state: State
  /** How many batches have been committed. */
  readonly sequence: number
}

/**
 * A materialized view of a run's state (RFC Run v1 §6): frozen plain data, derived from events, the latest truth.
 * `active` goes on, `done` was completed by its machine, `error` was ended by a refusal that the machine calls fatal.
 */
export type Snapshot<State> = Materialized<State> &
  (
    | { readonly status: 'active' | 'done' }
    | { readonly status: 'error'; readonly error: { readonly code: RunErrorCode; readonly message: string } }
  )
