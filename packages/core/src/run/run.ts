// What a run is to its users: an interface, which a run at the other end of a wire has too; and how a value is recognized
// as a run of this core.

import type { Log } from '../engine/log.ts'
import type { GenesisRecord, HistoryOptions, HistoryRecord, RunDocument } from '../history/records.ts'
import { CORE_VERSION, versionOf } from '../machine/core-version.ts'
import { type Machine, type RunEvent, wrongMaker } from '../machine/machine.ts'
import type { RunError } from '../machine/run-error.ts'
import type { Snapshot } from '../machine/snapshot.ts'
import type { InPort } from '../ports/in-port.ts'
import type { Ports } from '../ports/open-ports.ts'
import type { PortsOptions } from '../ports/ports-options.ts'
import type { SnapshotPort } from '../ports/snapshot-port.ts'

/** One execution of a machine (RFC Run v1 §2.2). `createRun`, `restoreRun`, `replayRun` and `forkRun` make them. */
export interface Run<State, Event extends RunEvent, Output = never, Input = undefined> {
  readonly machine: Machine<State, Event, Output, Input>
  /** The oid of the genesis commit, in hex. It is computed when first asked for, and never changes (RFC Run v1 §2.3). */
  readonly id: string
  /** The oid of the latest commit, in hex. Equal heads mean equal histories. */
  readonly head: string
  /** The record of the genesis commit. */
  readonly genesis: GenesisRecord
  /** The latest state: `snapshot.current.state`. */
  readonly state: State
  /** The number of outputs since the genesis. */
  readonly position: number
  /** The position at which this run object began: 0 at creation, later at restoration. Its `out` begins there. */
  readonly start: number
  /** The fatal error, if there was one (RFC Run v1 §9). */
  readonly error: RunError | undefined
  /** Takes events and batches (RFC Run v1 §4). */
  readonly in: InPort<Event>
  /**
   * Every output from `start` on, once, in order (RFC Run v1 §4).
   * @throws {RangeError} if a recorder dropped some of them before anybody asked for `out`
   */
  readonly out: ReadableStream<Output>
  /** Every refusal but `RUN_DONE`, in order (RFC Run v1 §4, §9). */
  readonly err: ReadableStream<RunError>
  /** The latest snapshot, then each newer one (RFC Run v1 §4, §6). */
  readonly snapshot: SnapshotPort<State>
  /**
   * Opens another set of ports on this run, for another party: its own locks and cursors, one point of serialization
   * (RFC Run v1 §8).
   * @param options where it begins to read, and how far its `out` may fall behind
   * @returns the set; nobody needs to close it
   * @throws {RangeError} if `from` is not a position that this run holds, or the high-water mark not a number from 0
   */
  ports(options?: PortsOptions): Ports<State, Event, Output>
  /**
   * The immutable history (RFC Run v1 §2.2): the genesis record, then one record for each batch.
   * @param options `from`, a sequence (0, the genesis, by default); `follow`, to continue until the run ends
   * @returns a stream that ends with the latest batch of this moment, unless it follows
   * @throws {RangeError} if `from` is not a sequence of this run
   */
  history<Recorded extends RunEvent = Event>(options?: HistoryOptions): ReadableStream<HistoryRecord<Recorded>>
  /**
   * The whole history as one document of plain data, for `restoreRun`.
   * @throws {RangeError} if the run does not hold all of it: it was opened from a snapshot, or its recorder dropped a part
   */
  toJSON<Recorded extends RunEvent = Event>(): RunDocument<Recorded>
}

/** A run of any machine. No events are known that all of them take. */
export type AnyRun = Run<unknown, never, unknown, unknown>

/** The run of a machine; of several machines, the runs that it can be. */
export type RunOf<AMachine> =
  AMachine extends Machine<infer State, infer Event, infer Output, infer Input>
    ? Run<State, Event, Output, Input>
    : never

/** What a run of this core holds, and nobody else may touch. */
export interface RunInternals {
  /** The log of its history. */
  readonly log: Log
  /** The log that `in` writes to, if that is ahead of the history. */
  readonly tentative?: Log
  /** How the run object began. */
  readonly initial: Snapshot<unknown>
}

/** Under this key a run carries the version of the core that made it. */
export const runKey: unique symbol = Symbol.for('@xmachines/core/run') as never
/** Under this key it carries its internals, which any copy of that version can read. */
export const internalsKey: unique symbol = Symbol.for('@xmachines/core/internals') as never

/**
 * Refuses a run that another version of core made. What only has the members of a run is taken.
 * @throws {TypeError} that names both versions
 */
export function checkVersion(run: unknown): void {
  const version = versionOf(run, runKey)
  if (version !== undefined && version !== CORE_VERSION) throw new TypeError(wrongMaker('the run', run, runKey, ''))
}

/**
 * The internals of a run.
 * @throws {TypeError} if it is not a run that this version of core made
 */
export function internalsOf(run: unknown): RunInternals {
  if (versionOf(run, runKey) !== CORE_VERSION) {
    throw new TypeError(
      wrongMaker('run', run, runKey, 'createRun, restoreRun, replayRun or forkRun of @xmachines/core'),
    )
  }
  return (run as { readonly [internalsKey]: RunInternals })[internalsKey]
}
