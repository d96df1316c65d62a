// A repository as its users see it.

import type { History, HistoryRecord, Machine, Run, RunDocument, RunEvent, RunOf } from '@xmachines/core'
import type { PushedRun } from './network/push.ts'
import type { NetworkOptions } from './network/remote-calls.ts'
import type { FetchedRun } from './network/take-runs.ts'
import type { FormatName } from './objects/object-id.ts'
import type { ExportOptions } from './read/export-run.ts'
import type { HistoryRange } from './read/history-range.ts'
import type { KeptState } from './read/kept-snapshots.ts'
import type { RecordedRun, RunFilter } from './read/list-runs.ts'
import type { OpenRunOptions } from './read/open-run.ts'
import type { Verified, VerifyOptions } from './read/verify-run.ts'
import type { ImportedRun, ImportOptions } from './record/import-history.ts'
import type { KeptSnapshot } from './record/keep-snapshot.ts'
import type { RecordOptions } from './record/record-options.ts'
import type { Recorder } from './record/recorder.ts'

/** Any machine. */
type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** A Git repository of runs. */
export interface Repository {
  /** Where it is. */
  readonly directory: string
  readonly format: FormatName
  /**
   * Takes a run's history into the repository as it is committed, until the run ends or the recorder is stopped.
   * @throws {GitError} `FORMAT_MISMATCH` where the run's oids are of another object format
   * @throws {TypeError} where it is given no run, or an option of the wrong type
   * @throws {RangeError} where an option is out of its range
   */
  record<State, Event extends RunEvent, Output, Input>(
    run: Run<State, Event, Output, Input>,
    options?: RecordOptions,
  ): Recorder<State, Event, Output>
  /**
   * A live run of the same id and head, read, each object verified, and replayed; it can be recorded onwards.
   * @throws {GitError} `RUN_MISSING` or `OBJECT_CORRUPT`
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
  /** The records of a run, or of a part of it, each verified; needs no machine. */
  history(id: string, range?: HistoryRange): ReadableStream<HistoryRecord<RunEvent>>
  /** The runs that are recorded here. */
  runs(filter?: RunFilter): ReadableStream<RecordedRun>
  /**
   * What is known of a run without reading its history.
   * @throws {GitError} `RUN_MISSING`
   */
  find(id: string): Promise<RecordedRun>
  /**
   * Takes a history from outside into the repository, as `run.toJSON()` gives it: all of it is verified before anything
   * is written, and the run moves only forwards. Where all of it is here already, nothing is done.
   * @throws {GitError} `HISTORY_DIVERGED`, `RUN_MISSING` where it is new and no machine was given, or `FORMAT_MISMATCH`
   * @throws {RunError} as `restoreRun` does
   */
  import(history: History, options?: ImportOptions): Promise<ImportedRun>
  /**
   * A run as the document that `run.toJSON()` gives, for `restoreRun` or `import` elsewhere.
   * @throws {GitError} `SNAPSHOT_MISSING` where it takes a machine, `RUN_MISSING` or `OBJECT_CORRUPT`
   * @throws {RunError} as `restoreRun` does
   */
  export(id: string, options?: ExportOptions): Promise<RunDocument<RunEvent>>
  /**
   * Keeps the run's latest state beside its history, at a ref that is created once and never moved (RFC Run v1 §6).
   * @throws {GitError} `NOT_RECORDED` where the run's head is not in this repository
   * @throws {TypeError} where it is given no run
   */
  snapshot<State, Event extends RunEvent, Output, Input>(run: Run<State, Event, Output, Input>): Promise<KeptSnapshot>
  /** The snapshots that are kept of a run, the earliest first. */
  snapshots(id: string): Promise<readonly KeptSnapshot[]>
  /** The state at a sequence, where a snapshot or the genesis keeps it, which is trusted; undefined where none does. */
  state(id: string, sequence: number): Promise<KeptState | undefined>
  /**
   * Replays a run from its genesis, and holds every snapshot against what it comes to.
   * @throws {GitError} `SNAPSHOT_MISMATCH`, `RUN_MISSING` or `OBJECT_CORRUPT`
   */
  verify<State, Event extends RunEvent, Output, Input>(
    machine: Machine<State, Event, Output, Input> | readonly Machine<State, Event, Output, Input>[],
    id: string,
    options?: VerifyOptions,
  ): Promise<Verified>
  /**
   * Adds a remote to the repository's configuration: an absolute path, `user@host:path`, or a url of file, git, http,
   * https or ssh. Adding the very same again does nothing. What `git fetch` brings from it lands under
   * `refs/fetched/NAME/`.
   * @throws {TypeError} where the name or the url cannot be one
   * @throws {GitError} `REMOTE_MISMATCH` where another is called so
   */
  addRemote(name: string, url: string): Promise<void>
  /**
   * Pushes what is recorded of a run, with the branch of its machine and its snapshots. Nothing is forced: a remote that
   * went on with the run in another way keeps what it has. What became of a push that lost a race or its connection is
   * read from the remote. Call it only where the configuration of the repository is trusted.
   * @param options a signal that ends the call; whether a push that it ended arrived is settled by the next
   * @throws {GitError} `HISTORY_DIVERGED`, `REMOTE_REJECTED`, `REMOTE_FAILED`, `REMOTE_MISSING`, `RUN_MISSING`,
   *   `FORMAT_MISMATCH` or `SNAPSHOT_MISMATCH`
   */
  push(remote: string, id: string, options?: NetworkOptions): Promise<PushedRun>
  /**
   * Fetches a run, or all that a remote has. What comes is verified without a machine, and moves the ref of a run only
   * forwards. Of `all`, each that could not be taken has an `error`; of one it is thrown. Call it only where the
   * configuration of the repository is trusted.
   * @param options a signal that ends the call
   * @throws {GitError} `HISTORY_DIVERGED`, `OBJECT_CORRUPT`, `REMOTE_FAILED`, `REMOTE_MISSING`, `RUN_MISSING`,
   *   `FORMAT_MISMATCH` or `SNAPSHOT_MISMATCH`
   */
  fetch(remote: string, id: 'all', options?: NetworkOptions): Promise<readonly FetchedRun[]>
  fetch(remote: string, id: string, options?: NetworkOptions): Promise<FetchedRun>
  /**
   * Waits for what there is to be written at the call, and lets go of the repository, whose next use takes hold of it
   * again.
   */
  close(): Promise<void>
}
