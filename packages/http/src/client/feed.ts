// What a server tells of a run, as far as a connection has to know: where it is read, and what to do with it.

import type { Pending, TentativeLog } from '@xmachines/core/internal'
import type { WireSnapshot } from '../wire/snapshot.ts'
import type { Requests } from './requests.ts'

/** What is known of a batch that the server has not confirmed. */
export interface Sent {
  /** Its idempotency key. */
  readonly key: string
  /** Its event as it was written, or several. */
  readonly given: unknown
  /** The sequence that the client knew when it first sent it to the server. Undefined if it did not. */
  since: number | undefined
  /** The sequence that the server gave it. */
  place?: number
}

/** What a feed is made with. */
export interface FeedPlan {
  readonly ahead: TentativeLog<Sent>
  readonly url: string
  readonly requests: Requests
  /** Called after changes that the feed made. */
  onChange(): void
  /** The feed has ended for good. */
  fail(problem: Error): void
}

/** What a server tells of a run. */
export interface Feed {
  /** Which media type is asked for. */
  readonly accept: string
  /** The path of the stream that follows what the client has, after the URL of the run. */
  path(): string
  /** Something came in. */
  onEvent(event: string, data: unknown): void
  /** The latest sequence that the client knows of. */
  known(): number
  /** The server applied a batch. Resolves once the client has that confirmed. */
  onApplied(batch: Pending<Sent>, snapshot: WireSnapshot, signal: AbortSignal): Promise<void>
  /** The server refused a batch, which is no longer pending. */
  onRefused(): void
}
