// What a run at the other end of HTTP is to its users.

import type { Run, RunEvent } from '@xmachines/core'
import type { WireSnapshot } from '../wire/snapshot.ts'
import type { ConnectionState } from './connection.ts'

/** The members of a connected run that say how it is connected. */
export interface Connected {
  /** Where it is. */
  readonly url: string
  /** How many batches the server has not confirmed or refused yet. */
  readonly pending: number
  /**
   * `connecting` before the server has answered, `live` while it tells what others do, `offline` while it does not answer. An
   * outage never ends the run: the client tries again, and sends what is pending then.
   */
  readonly connection: ConnectionState
  /**
   * Why it does not get through: a `ConnectionError`, for the moment or for good; or a `RunError`, if the history of the server
   * is another one, or the machine does not accept it.
   */
  readonly problem: Error | undefined
  /** Whether the connection has ended for good: it was closed, or the server does not give or take anything. */
  readonly isClosed: boolean
  /** The oid of the latest batch that the server has confirmed. `head` is the same. */
  readonly confirmedHead: string
  /** Calls a listener after every change of these members; returns a function that ends this. Bound. */
  readonly onChange: (listener: () => void) => () => void
  /**
   * Resolves with the confirmed sequence once all that is pending now is confirmed or was refused.
   * @throws {Error} if the connection ends before: `problem` says why
   */
  flush(): Promise<number>
  /** Ends the connection. What is pending is not sent any more. */
  close(): void
}

/**
 * A run at the other end of HTTP. What is sent is applied at once, and stepped again if others were first. `head`, `history`,
 * `out` and `position` have only what the server has confirmed; `snapshot` is ahead of it by what is pending.
 */
export interface ConnectedRun<State, Event extends RunEvent, Output = never, Input = undefined>
  extends Run<State, Event, Output, Input>,
    Connected {
  /**
   * Takes a later history of the same run, such as one that came with a page: only what is new in it is applied. An older one
   * changes nothing.
   * @param history what `run.toJSON()` gives, or all records
   */
  advance(history: LaterHistory): void
}

/**
 * A run at the other end of HTTP whose machine does not run here. It shows nothing before the server said so, has no outputs and
 * no history.
 */
export interface RemoteRun<State, Event extends RunEvent> extends Run<State, Event, never, unknown>, Connected {
  /**
   * Shows a later snapshot of the same run, such as one that came with a page. An older one changes nothing.
   * @param snapshot what the server answers at the URL
   */
  advance(snapshot: WireSnapshot<State>): void
}

/** A whole history, which may be later than that of a run. */
export type LaterHistory = { readonly records: Iterable<unknown> } | Iterable<unknown>
