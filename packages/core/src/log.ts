// The log: everything a run holds. Ports are cursors over it and hold no state of the run. `engine.ts` is the only
// file that appends to it.

import type { BatchWriter } from './commit.ts'
import type { HistoryRecord } from './history.ts'
import type { ObjectFormat } from './oid.ts'
import type { RunError } from './run-error.ts'
import type { Snapshot } from './snapshot.ts'
import type { AnyMachine, Batch } from './step.ts'

/** How many refusals a run keeps for the readers of `err`. */
export const KEPT_REFUSALS = 256

/** Someone who waits for the log to move on: a reader with nothing left to read. */
export interface Waiting {
  wake(): void
}

/** A set of ports, as the log knows it. */
export interface Attached {
  runEnded(): void
  /** Lets a waiting write look again. */
  resume(): void
  /** Whether somebody reads its `err`. */
  readsRefusals(): boolean
  /** The position of the first output that its `out` may still deliver, if any. */
  unread(): number | undefined
}

/** Reads the batches that a log let go of, in order. */
export interface EarlierReader {
  /** The record of the batch with this sequence, which is the next of those that were let go. */
  read(sequence: number): Promise<HistoryRecord<unknown>>
  close(): void
}

/** One subscription to changes of the snapshot. */
export interface Subscription {
  readonly listener: (sent: boolean) => void
  /** The round of telling in which it was made; it hears the later ones. */
  readonly since: number
}

/** What the genesis commit is made of, as far as it was given. */
export interface Origin {
  readonly format: ObjectFormat
  /** Whole seconds since the epoch. */
  readonly createdAt: number
  /** 32 hex digits; drawn when the id is first asked for, unless given. */
  nonce: string | undefined
  readonly initial: unknown
  readonly input: unknown
}

/** Oids computed so far: of the last commit that is not held, or the genesis, and of each behind it. */
export interface Oids {
  readonly genesis: string
  readonly machine: string
  readonly tree: string
  readonly width: number
  readonly write: BatchWriter
  /** Digest after digest. */
  digests: Uint8Array
  /** The last of them. */
  latest: Uint8Array
  /** How many batches have their oid. */
  hashed: number
}

/** One run's log. */
export interface Log {
  readonly machine: AnyMachine
  readonly checkDeterminism: boolean
  readonly origin: Origin
  /** Committed batches, in order, behind those that were let go: with these, their number is the sequence. */
  batches: Batch[]
  droppedBatches: number
  /** Committed outputs, in order, behind those that were let go. */
  outputs: unknown[]
  droppedOutputs: number
  /** The latest refusals, and how many older ones were let go. */
  readonly refusals: RunError[]
  droppedRefusals: number
  state: unknown
  status: 'active' | 'done' | 'error'
  /** Why nothing more is applied: `RUN_DONE`, or the fatal error. */
  end: RunError | undefined
  /** Whether writes wait for a recorder, where there is one. */
  hold?: (() => boolean) | undefined
  /** Begins to read what was let go, where a recorder can. */
  earlier?: (() => EarlierReader) | undefined
  /** What user code of the machine is running, if any. */
  running: 'transition' | 'check' | 'isFatal' | undefined
  /** The latest snapshot, once someone asked for it. */
  snapshot: Snapshot<unknown> | undefined
  /** Counts the changes of the snapshot. */
  version: number
  /** Computed when the first oid is asked for. */
  oids: Oids | undefined
  /** Readers that wait; each is woken once and waits again if it likes. */
  waiting: Waiting[]
  /** Sets of ports; whoever holds a port holds its set. */
  sets: WeakRef<Attached>[]
  readonly subscriptions: Set<Subscription>
  /** Rounds of telling subscribers that are due or under way: whether each came through `send`. */
  readonly rounds: boolean[]
  /** Counts the rounds that began. */
  round: number
  /** Refusals that no caller got, for the development warning of this tick. */
  unseen: RunError[] | undefined
}

/** A log whose state is initial and that has no batches. */
export function createLog(machine: AnyMachine, checkDeterminism: boolean, origin: Origin): Log {
  return {
    machine,
    checkDeterminism,
    origin,
    batches: [],
    droppedBatches: 0,
    outputs: [],
    droppedOutputs: 0,
    refusals: [],
    droppedRefusals: 0,
    state: origin.initial,
    status: 'active',
    end: undefined,
    running: undefined,
    snapshot: undefined,
    version: 0,
    oids: undefined,
    waiting: [],
    sets: [],
    subscriptions: new Set(),
    rounds: [],
    round: 0,
    unseen: undefined,
  }
}

/** How many batches were committed. */
export function sequenceOf({ droppedBatches, batches }: Log): number {
  return droppedBatches + batches.length
}

/** How many outputs there were since the genesis. */
export function outputCount({ droppedOutputs, outputs }: Log): number {
  return droppedOutputs + outputs.length
}

/** How many refusals there were that `err` tells of. */
export function refusalCount({ droppedRefusals, refusals }: Log): number {
  return droppedRefusals + refusals.length
}

/** The latest snapshot, made when someone asks. */
export function currentSnapshot(log: Log): Snapshot<unknown> {
  return (log.snapshot ??= materialize(log))
}

function materialize(log: Log): Snapshot<unknown> {
  const { state, status, end } = log
  const sequence = sequenceOf(log)
  if (status !== 'error') return Object.freeze({ state, status, sequence })
  const { code, message } = end as RunError
  return Object.freeze({ state, status, sequence, error: Object.freeze({ code, message }) })
}
