// A repository as its users see it: each operation in a file of its own, put together here.

import { join } from 'node:path'
import type { History, HistoryRecord, Machine, Run, RunDocument, RunEvent, RunOf } from '@xmachines/core'
import { streamEarlier } from './earlier-batches.ts'
import { type ExportOptions, exportRun } from './export-run.ts'
import { fetchAll, fetchRun } from './fetch.ts'
import { findRun } from './find-run.ts'
import { GitError } from './git-error.ts'
import { gitProgram } from './git-program.ts'
import { groupedStream } from './grouped-stream.ts'
import { type HistoryRange, readRange } from './history-range.ts'
import { type ImportedRun, type ImportOptions, importHistory } from './import-history.ts'
import { listRuns, type RecordedRun, type RunFilter } from './list-runs.ts'
import { liveRecorders } from './live-recorders.ts'
import { machineBranches } from './machine-branches.ts'
import { NETWORK_SETTINGS, type NetworkPlace } from './network.ts'
import { checkId, type FormatName } from './object-id.ts'
import { objectReader } from './object-reader.ts'
import { type OpenRunOptions, openRun } from './open-run.ts'
import { sweepPacks } from './pack-store.ts'
import { type PushedRun, pushRun } from './push.ts'
import { type KeptState, listSnapshots, readState } from './read-snapshot.ts'
import { checkRecordOptions, type RecordOptions } from './record-options.ts'
import { type Recorder, type RecorderPlace, startRecorder } from './recorder.ts'
import { type RefMover, refMover } from './ref-moves.ts'
import { refSettler } from './ref-sync.ts'
import { addRemote, checkRemoteName, checkRemoteUrl, remoteChecker } from './remotes.ts'
import { type KeptSnapshot, keepSnapshot, type SnapshotPlace } from './snapshots.ts'
import type { FetchedRun } from './take-runs.ts'
import { createUpkeep } from './upkeep.ts'
import { type Verified, type VerifyOptions, verifyRun } from './verify.ts'
import { createWriter, type Writer } from './writer.ts'

/** What Git says of a repository. */
export interface Place {
  readonly directory: string
  /** Where refs and objects are; of a linked worktree, those of the repository that it belongs to. */
  readonly gitDirectory: string
  readonly format: FormatName
}

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
   * @throws {GitError} `HISTORY_DIVERGED`, `REMOTE_REJECTED`, `REMOTE_FAILED`, `REMOTE_MISSING` or `RUN_MISSING`
   */
  push(remote: string, id: string): Promise<PushedRun>
  /**
   * Fetches a run, or all that a remote has. What comes is verified without a machine, and moves the ref of a run only
   * forwards. Of `all`, each that could not be taken has an `error`; of one it is thrown. Call it only where the
   * configuration of the repository is trusted.
   * @throws {GitError} `HISTORY_DIVERGED`, `OBJECT_CORRUPT`, `REMOTE_FAILED`, `REMOTE_MISSING`, `RUN_MISSING` or
   *   `SNAPSHOT_MISMATCH`
   */
  fetch(remote: string, id: 'all'): Promise<readonly FetchedRun[]>
  fetch(remote: string, id: string): Promise<FetchedRun>
  /** Waits for what is being written, and lets go of the repository. */
  close(): Promise<void>
}

/** The repository of a place that was found to be one. */
export async function createRepository({ directory, gitDirectory, format }: Place): Promise<Repository> {
  const git = gitProgram(directory, gitDirectory)
  const packDirectory = join(gitDirectory, 'objects/pack')
  const reader = objectReader(git, format)
  const { read } = reader
  const ensureMachine = machineBranches(git, gitDirectory, read)
  const upkeep = createUpkeep(gitProgram(directory, gitDirectory, ['core.fsync=all']), packDirectory)
  const movers = new Map<boolean, RefMover>()
  const writers = new Map<boolean, Writer>()
  const recorders = new WeakMap<object, { flush(): Promise<number> }>()
  const live = liveRecorders()
  const settleRefs = refSettler(gitDirectory, packDirectory)
  const checkRemote = remoteChecker(git)
  await sweepPacks(packDirectory)

  function moverOf(durable: boolean): RefMover {
    const found = movers.get(durable)
    if (found !== undefined) return found
    const syncing = gitProgram(directory, gitDirectory, [`core.fsync=${durable ? 'reference' : 'none'}`])
    const made = refMover(syncing, gitDirectory, format, async (ref) => (await read(ref))?.oid)
    movers.set(durable, made)
    return made
  }

  /** One writer for each durability, since one `git update-ref` either syncs what it writes or does not. */
  function writerOf(durable: boolean): Writer {
    const found = writers.get(durable)
    if (found !== undefined) return found
    const mover = moverOf(durable)
    const onPack = upkeep.onPack
    const made = createWriter({ format, gitDirectory, packDirectory, durable, mover, ensureMachine, onPack })
    writers.set(durable, made)
    return made
  }

  const place = { git, format, directory, read }

  function networkPlace(): NetworkPlace {
    const network = gitProgram(directory, gitDirectory, NETWORK_SETTINGS)
    const [mover, { onPack }, { onDiverged }] = [moverOf(true), upkeep, live]
    return { ...place, gitDirectory, packDirectory, network, mover, ensureMachine, onPack, checkRemote, onDiverged }
  }

  function keepingPlace(): SnapshotPlace {
    return { ...place, gitDirectory, packDirectory, mover: moverOf(true) }
  }

  return {
    directory,
    format,
    record(run, options = {}) {
      checkRecordOptions(options)
      const used = run.genesis.format
      if (used !== format) {
        throw new GitError(
          'FORMAT_MISMATCH',
          `the run's oids are ${used}, and ${directory} is a ${format} repository; create the run with { format } or record it elsewhere`,
          { run: run.id },
        )
      }
      const durable = options.durability !== 'process'
      const recorderPlace: RecorderPlace = {
        directory,
        read,
        readEarlier: (id, from, to) => streamEarlier(place, id, from, to),
        settle: durable ? settleRefs : async () => undefined,
        writer: writerOf(durable),
        live,
      }
      const recorder = startRecorder(recorderPlace, run, options)
      recorders.set(run, recorder)
      return recorder
    },
    open: (machine: AnyMachine | readonly AnyMachine[], id: string, options: OpenRunOptions = {}) =>
      // The types of the run are those of the machine that has the name and the version of its genesis.
      openRun(place, machine, checkId(id, format), options) as Promise<never>,
    history(id, range = {}) {
      const run = checkId(id, format)
      return groupedStream(() => readRange(place, run, range))
    },
    runs: (filter = {}) => listRuns(place, filter),
    async find(id) {
      const { ref: _, ...run } = await findRun(place, checkId(id, format))
      return run
    },
    import: async (history, options = {}) =>
      await importHistory({ ...keepingPlace(), ensureMachine, onPack: upkeep.onPack }, history, options),
    export: async (id, options = {}) => await exportRun(place, checkId(id, format), options),
    snapshot(run) {
      const flush = async (): Promise<unknown> => await recorders.get(run)?.flush()
      return keepSnapshot(keepingPlace(), run, flush)
    },
    async snapshots(id) {
      const { machine } = await findRun(place, checkId(id, format))
      return await listSnapshots(place, machine.name, id)
    },
    state: async (id, sequence) => await readState(place, checkId(id, format), sequence),
    verify: (machine, id, options = {}) => verifyRun(place, machine, checkId(id, format), options),
    addRemote: async (name, url) => await addRemote(git, checkRemoteName(name), checkRemoteUrl(url)),
    push: async (remote, id) => await pushRun(networkPlace(), checkRemoteName(remote), checkId(id, format)),
    fetch: async (remote: string, id: string) =>
      // One is answered for `all`, the other for an id.
      (id === 'all'
        ? await fetchAll(networkPlace(), checkRemoteName(remote))
        : await fetchRun(networkPlace(), checkRemoteName(remote), checkId(id, format))) as never,
    async close() {
      await Promise.all([...writers.values()].map((writer) => writer.idle()))
      await upkeep.idle()
      for (const mover of movers.values()) mover.close()
      reader.close()
    },
  }
}
