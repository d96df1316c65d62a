// The log: all that a run holds. Ports are cursors over it, and hold no state of the run. `commit.ts` is the only file
// that appends batches to it.

import type { Held } from '../data/built-ins.ts'
import { appendDigest, type Chain, digestIn, type Origin, startChain } from '../identity/chain.ts'
import { toHex } from '../identity/hex.ts'
import type { AnyMachine, RunEvent } from '../machine/machine.ts'
import { type RunError, sharedMessage } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import { countOf, itemAt, type Kept, keep } from './kept.ts'

/** One event, or several that are applied together: frozen, and if several, at least two. */
export type Batch = RunEvent | readonly RunEvent[]

/** The events of a batch. */
export function eventsOf(batch: Batch): readonly RunEvent[] {
  return Array.isArray(batch) ? batch : Object.freeze([batch as RunEvent])
}

/** How a change came about: through `send`, whose caller has the refusal, or through a stream. */
export type Via = 'send' | 'stream'

/** A reader that has nothing left to read and waits for the log to move on. */
export interface Waiting {
  wake(): void
}

/** A set of ports, as the log knows it. */
export interface Attached {
  runEnded(): void
  /** Makes waiting writes check again whether there is room. */
  resume(): void
  /** Whether somebody reads its `err`. */
  readsRefusals(): boolean
  /** The position of the first output that its `out` may still deliver, or undefined if there is none. */
  unread(): number | undefined
}

/** One subscription to changes of the snapshot. */
export interface Subscription {
  readonly listener: (sent: boolean) => void
  /** The round of notifications in which it was made. It gets the later ones. */
  readonly since: number
}

/** What recorders need from a log. It is absent from a run that nobody records. */
export interface Recording {
  /** Whether writes wait for a recorder. */
  mustWait(): boolean
  /** Reads batches that the log dropped, if a recorder can. */
  readDropped: (() => DroppedReader) | undefined
}

/** Reads the batches that a log dropped, in order. */
export interface DroppedReader {
  /** The record of the batch with this sequence, which is the next of those that were dropped. */
  read(sequence: number): Promise<unknown>
  close(): void
}

/** One run's log. */
export interface Log {
  readonly machine: AnyMachine
  readonly checkDeterminism: boolean
  readonly origin: Origin
  /** Committed batches, in order. Their number is the sequence. */
  readonly batches: Kept<Batch>
  /** Committed outputs, in order. Their number is the position. */
  readonly outputs: Kept<unknown>
  /** The latest refusals, in order; those that `err` delivers. */
  readonly refusals: Kept<RunError>
  state: unknown
  status: 'active' | 'done' | 'error'
  /** Why nothing more is applied: `RUN_DONE`, or the fatal error. */
  end: RunError | undefined
  /** Which code of the machine is running, if any. */
  running: 'transition' | 'check' | 'isFatal' | undefined
  /** The latest snapshot, if someone asked for it. */
  snapshot: Snapshot<unknown> | undefined
  /** Counts the changes of the snapshot. */
  version: number
  /** The oids, if someone asked for one. */
  chain: Chain | undefined
  /** Readers that wait. Each is woken once, and then waits again if it has nothing to read. */
  waiting: Waiting[]
  /** Sets of ports. Whoever holds one of its ports holds the set. */
  sets: Held<Attached>[]
  /** Who is notified of changes, and the round of notifications under way. */
  subscriptions: Subscriptions | undefined
  recording: Recording | undefined
  /** Called once, at the next change or refusal, for an inspector, which is no reader. */
  observed?: (() => void) | undefined
  /** Called when a reader waits, or will read no more. */
  watched?: () => void
}

/** Whether somebody waits for changes of a log. */
export function isWatched({ waiting, subscriptions }: Log): boolean {
  return waiting.length > 0 || (subscriptions?.all.size ?? 0) > 0
}

/** The subscriptions to a log, and the notifications that are due. */
interface Subscriptions {
  readonly all: Set<Subscription>
  /** Rounds that are due or under way. */
  readonly rounds: Via[]
  /** Counts the rounds that began. */
  round: number
}

/** The log of a run in its initial state. */
export function createLog(
  machine: AnyMachine,
  origin: Origin,
  { checkDeterminism }: Pick<Log, 'checkDeterminism'>,
): Log {
  return {
    machine,
    checkDeterminism,
    origin,
    batches: keep(),
    outputs: keep(),
    refusals: keep(),
    state: origin.initial,
    status: 'active',
    end: undefined,
    running: undefined,
    snapshot: undefined,
    version: 0,
    chain: undefined,
    waiting: [],
    sets: [],
    subscriptions: undefined,
    recording: undefined,
  }
}

/** How many batches were committed. */
export function sequenceOf({ batches }: Log): number {
  return countOf(batches)
}

/** The latest snapshot, made when someone asks. */
export function currentSnapshot(log: Log): Snapshot<unknown> {
  return (log.snapshot ??= materialize(log))
}

function materialize(log: Log): Snapshot<unknown> {
  const { state, status, end } = log
  const sequence = sequenceOf(log)
  if (status !== 'error') return Object.freeze({ state, status, sequence })
  const { code } = end as RunError
  const error = Object.freeze({ code, message: sharedMessage(end as RunError) })
  return Object.freeze({ state, status, sequence, error })
}

/** The oids of a log. */
export function chainOf(log: Log): Chain {
  return (log.chain ??= startChain(log.machine, log.origin))
}

/** The run's id: the oid of its genesis commit. */
export function runId(log: Log): string {
  return chainOf(log).genesis
}

/** The oid of the commit with this sequence, in hex; 0 is the genesis. */
export function oidAt(log: Log, sequence: number): string {
  return sequence === 0 ? runId(log) : toHex(digestAt(log, sequence))
}

/** The oid of the commit with this sequence, as bytes: of a batch that is kept, or of the one before those. */
export function digestAt(log: Log, sequence: number): Uint8Array {
  const chain = chainOf(log)
  while (chain.sequence < sequence) appendDigest(chain, itemAt(log.batches, chain.sequence) as Batch)
  return digestIn(chain, sequence)
}
