// Puts a repository together: each operation is in a file of its own.

import { join } from 'node:path'
import type { Machine, RunEvent } from '@xmachines/core'
import { recordable } from '@xmachines/core/internal'
import { GitError } from '../git-error.ts'
import { fetchAll, fetchRun } from '../network/fetch.ts'
import { pushRun } from '../network/push.ts'
import {
  checkNetworkOptions,
  NETWORK_SETTINGS,
  type NetworkOptions,
  type NetworkPlace,
} from '../network/remote-calls.ts'
import { addRemote, checkRemoteName, checkRemoteUrl, remoteChecker } from '../network/remotes.ts'
import { checkId, type FormatName } from '../objects/object-id.ts'
import { objectReader } from '../objects/object-reader.ts'
import { gitProgram } from '../process/git-program.ts'
import { streamEarlier } from '../read/earlier-batches.ts'
import { exportRun } from '../read/export-run.ts'
import { findRun } from '../read/find-run.ts'
import { groupedStream } from '../read/grouped-stream.ts'
import { readRange } from '../read/history-range.ts'
import { listSnapshots, readState } from '../read/kept-snapshots.ts'
import { listRuns } from '../read/list-runs.ts'
import { type OpenRunOptions, openRun } from '../read/open-run.ts'
import { verifyRun } from '../read/verify-run.ts'
import { importHistory } from '../record/import-history.ts'
import { keepSnapshot, type SnapshotPlace } from '../record/keep-snapshot.ts'
import { liveRecorders } from '../record/live-recorders.ts'
import { checkRecordOptions } from '../record/record-options.ts'
import { type RecorderPlace, startRecorder } from '../record/recorder.ts'
import { machineBranches } from '../refs/machine-branches.ts'
import { type RefMover, refMover } from '../refs/ref-moves.ts'
import { runRef } from '../refs/ref-names.ts'
import { refSettler } from '../refs/ref-sync.ts'
import type { Repository } from '../repository.ts'
import { sweepPacks } from '../write/pack-store.ts'
import { createUpkeep } from '../write/repack.ts'
import { createWriter, type Writer } from '../write/writer.ts'

/** What Git says of a repository. */
export interface Place {
  readonly directory: string
  /** Where refs and objects are; of a linked worktree, those of the repository that it belongs to. */
  readonly gitDirectory: string
  readonly format: FormatName
}

/** Any machine. */
type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

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
  /** Of each run, the recorder that was made last: where none is live, it knows why. */
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

  const place = { git, format, directory, gitDirectory, read }

  function networkPlace(options: NetworkOptions): NetworkPlace {
    const network = gitProgram(directory, gitDirectory, NETWORK_SETTINGS, checkNetworkOptions(options))
    const [mover, { onPack }, { onDiverged }] = [moverOf(true), upkeep, live]
    return { ...place, packDirectory, network, mover, ensureMachine, onPack, checkRemote, onDiverged }
  }

  function keepingPlace(): SnapshotPlace {
    return { ...place, packDirectory, mover: moverOf(true), onPack: upkeep.onPack }
  }

  return {
    directory,
    format,
    record(run, options = {}) {
      checkRecordOptions(options)
      const used = recordable(run).format.name
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
    open: async (machine: AnyMachine | readonly AnyMachine[], id: string, options: OpenRunOptions = {}) =>
      // The types of the run are those of the machine that has the name and the version of its genesis.
      (await openRun(place, machine, checkId(id, format), options)) as never,
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
      await importHistory({ ...keepingPlace(), ensureMachine }, history, options),
    export: async (id, options = {}) => await exportRun(place, checkId(id, format), options),
    snapshot(run) {
      const flush = async (): Promise<unknown> =>
        (await live.flush(runRef(run.machine.name, run.id), run)) || (await recorders.get(run)?.flush())
      return keepSnapshot(keepingPlace(), run, flush)
    },
    async snapshots(id) {
      const { machine } = await findRun(place, checkId(id, format))
      return await listSnapshots(place, machine.name, id)
    },
    state: async (id, sequence) => await readState(place, checkId(id, format), sequence),
    verify: async (machine, id, options = {}) => await verifyRun(place, machine, checkId(id, format), options),
    addRemote: async (name, url) => await addRemote(git, gitDirectory, checkRemoteName(name), checkRemoteUrl(url)),
    push: async (remote, id, options = {}) =>
      await pushRun(networkPlace(options), checkRemoteName(remote), checkId(id, format)),
    fetch: async (remote: string, id: string, options: NetworkOptions = {}) =>
      // One is answered for `all`, the other for an id.
      (id === 'all'
        ? await fetchAll(networkPlace(options), checkRemoteName(remote))
        : await fetchRun(networkPlace(options), checkRemoteName(remote), checkId(id, format))) as never,
    async close() {
      await Promise.all([...writers.values()].map((writer) => writer.idle()))
      await upkeep.idle()
      for (const mover of movers.values()) mover.close()
      reader.close()
    },
  }
}
