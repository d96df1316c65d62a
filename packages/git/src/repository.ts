// A repository, as its users see it.

import type { History, HistoryRecord, Machine, Run, RunDocument, RunEvent, RunOf } from '@xmachines/core'
import type { AnyMachine } from './machines.ts'
import type { PushedRun } from './network/push.ts'
import type { NetworkOptions } from './network/remote-calls.ts'
import type { FetchedRun } from './network/take-runs.ts'
import type { FormatName } from './objects/object-id.ts'
import type { ExportOptions } from './read/export-run.ts'
import type { HistoryRange } from './read/history-range.ts'
import type { KeptSnapshot, KeptState } from './read/kept-snapshots.ts'
import type { RecordedRun, RunFilter } from './read/list-runs.ts'
import type { OpenRunOptions } from './read/open-run.ts'
import type { Verified, VerifyOptions } from './read/verify-run.ts'
import type { ImportedRun, ImportOptions } from './record/import-history.ts'
import type { RecordOptions } from './record/record-options.ts'
import type { Recorder } from './record/recorder.ts'

/** A Git repository of runs. */
export interface Repository {
  /** The path of the repository. */
  readonly directory: string
  readonly format: FormatName
  /**
   * Records a run's history as it is committed, until the run ends or the recorder is stopped. Of what is here already, it
   * takes over what the run object began with and what was acknowledged to it. Anything after that is another writer's,
   * even if its oids are those of the run: then the recorder fails with `HISTORY_DIVERGED`.
   * @throws {GitError} `FORMAT_MISMATCH` if the run's oids have another object format, `UNSUPPORTED_REPOSITORY` if the
   *   repository is a mirror, as do all calls that would change it
   * @throws {TypeError} if the run is not a run, or an option has the wrong type
   * @throws {RangeError} if an option is out of its range
   */
  record<State, Event extends RunEvent, Output, Input>(
    run: Run<State, Event, Output, Input>,
    options?: RecordOptions,
  ): Recorder<State, Event, Output>
  /**
   * Opens a live run of the same id and head. Each object is verified, the history is replayed, and the latest kept
   * snapshot is compared with the replay. The run can be recorded again.
   * @throws {GitError} `RUN_MISSING`, `OBJECT_CORRUPT`, `READ_FAILED` or `SNAPSHOT_MISMATCH`
   * @throws {RunError} as `restoreRun` does
   */
  open<State, Event extends RunEvent, Output, Input>(
    machine: Machine<State, Event, Output, Input> | readonly Machine<State, Event, Output, Input>[],
    id: string,
    options?: OpenRunOptions,
  ): Promise<Run<State, Event, Output, Input>>
  open<const Machines extends readonly AnyMachine[]>(
    machines: Machines,
    id: string,
    options?: OpenRunOptions,
  ): Promise<RunOf<Machines[number]>>
  /**
   * The records of a run, or of a part of it, each verified: what is not the very text that a run writes is
   * `OBJECT_CORRUPT` at its sequence, after the records that are right. Needs no machine.
   */
  history(id: string, range?: HistoryRange): ReadableStream<HistoryRecord<RunEvent>>
  /**
   * The runs that are recorded here. If refs or objects cannot be read, the stream gives the runs that can, and then fails
   * with a `GitError` that names the others; if there are several, its `cause` is an `AggregateError` of them.
   */
  runs(filter?: RunFilter): ReadableStream<RecordedRun>
  /**
   * Finds a run without reading its history.
   * @throws {GitError} `RUN_MISSING` if it is not here and nothing was passed over that may hold it; `OBJECT_CORRUPT` or
   *   `READ_FAILED`
   */
  find(id: string): Promise<RecordedRun>
  /**
   * Takes a history from outside into the repository, as `run.toJSON()` gives it. All of it is verified before anything
   * is written, and the run moves only forwards. If all of it is here already, nothing is done.
   * @throws {GitError} `HISTORY_DIVERGED`, `FORMAT_MISMATCH`, or `RUN_MISSING` if the run is new and no machine was
   *   given
   * @throws {RunError} as `restoreRun` does
   */
  import(history: History, options?: ImportOptions): Promise<ImportedRun>
  /**
   * A run as the document that `run.toJSON()` gives, for `restoreRun`, or for `import` elsewhere.
   * @throws {GitError} `SNAPSHOT_MISSING` if the machine is needed, `RUN_MISSING` or `OBJECT_CORRUPT`
   * @throws {RunError} as `restoreRun` does
   */
  export(id: string, options?: ExportOptions): Promise<RunDocument<RunEvent>>
  /**
   * Keeps the run's latest state beside its history, at a ref that is created once and never moved (RFC Run v1 §6).
   * @throws {GitError} `NOT_RECORDED` if the run's head is not in this repository
   * @throws {TypeError} if the run is not a run
   */
  keepSnapshot<State, Event extends RunEvent, Output, Input>(
    run: Run<State, Event, Output, Input>,
  ): Promise<KeptSnapshot>
  /** The kept snapshots of a run, the earliest first. */
  snapshots(id: string): Promise<readonly KeptSnapshot[]>
  /**
   * The state of a run at a sequence, if a snapshot or the genesis keeps it; undefined if not. It is trusted, not
   * replayed.
   */
  stateAt(id: string, sequence: number): Promise<KeptState | undefined>
  /**
   * Replays a run from its genesis, and compares every snapshot with the state that the replay reaches.
   * @throws {GitError} `SNAPSHOT_MISMATCH`, `RUN_MISSING` or `OBJECT_CORRUPT`
   */
  verify<State, Event extends RunEvent, Output, Input>(
    machine: Machine<State, Event, Output, Input> | readonly Machine<State, Event, Output, Input>[],
    id: string,
    options?: VerifyOptions,
  ): Promise<Verified>
  /**
   * Adds a remote to the repository's configuration. Its url is an absolute path, `user@host:path`, or a url of file,
   * git, http, https or ssh. Adding the same remote again does nothing. A plain `git fetch` from it lands under
   * `refs/fetched/NAME/`.
   * @throws {TypeError} if the name or the url is not allowed
   * @throws {GitError} `REMOTE_MISMATCH` if another remote has that name
   */
  addRemote(name: string, url: string): Promise<void>
  /**
   * Pushes what is recorded of a run, the branch of its machine and its snapshots. Nothing is forced: a remote that has
   * another continuation of the run keeps it. If a push loses a race or its connection, its result is read from the
   * remote. Call it only if you trust the configuration of the repository.
   * @param options a signal that ends the call; whether an ended push arrived is found out by the next one
   * @throws {GitError} `HISTORY_DIVERGED`, `REMOTE_REJECTED`, `REMOTE_FAILED`, `REMOTE_MISSING`, `REMOTE_MISMATCH`,
   *   `RUN_MISSING`, `FORMAT_MISMATCH` or `SNAPSHOT_MISMATCH`
   */
  push(remote: string, id: string, options?: NetworkOptions): Promise<PushedRun>
  /**
   * Fetches a run, or all runs of a remote. What arrives is verified without a machine, and moves the ref of a run only
   * forwards. With `all`, each run that could not be taken has an `error`; for a single run it is thrown. Call it only
   * if you trust the configuration of the repository.
   * @param options a signal that ends the call
   * @throws {GitError} `HISTORY_DIVERGED`, `OBJECT_CORRUPT`, `REMOTE_FAILED`, `REMOTE_MISSING`, `REMOTE_MISMATCH`,
   *   `RUN_MISSING`, `FORMAT_MISMATCH` or `SNAPSHOT_MISMATCH`
   */
  fetch(remote: string, id: 'all', options?: NetworkOptions): Promise<readonly FetchedRun[]>
  fetch(remote: string, id: string, options?: NetworkOptions): Promise<FetchedRun>
  /** Waits until what is committed now is recorded, and ends all child processes; the next use starts them again. */
  close(): Promise<void>
}
