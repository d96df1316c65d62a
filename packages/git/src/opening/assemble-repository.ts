// Puts an open repository together from its parts. Each operation is in a file of its own.

import { join } from 'node:path'
import { recordable } from '../core-internals.ts'
import { GitError } from '../git-error.ts'
import type { AnyMachine } from '../machines.ts'
import { fetchAll, fetchRun } from '../network/fetch.ts'
import { pushRun } from '../network/push.ts'
import { type NetworkOptions, type Remote, remoteOf } from '../network/remote-calls.ts'
import { addRemote, checkRemoteName, checkRemoteUrl, remoteChecker } from '../network/remotes.ts'
import { checkId, type FormatName } from '../objects/object-id.ts'
import { objectReader } from '../objects/object-reader.ts'
import { gitProgram } from '../process/git-program.ts'
import { exportRun } from '../read/export-run.ts'
import { findRun } from '../read/find-run.ts'
import { groupedStream } from '../read/grouped-stream.ts'
import { streamRange } from '../read/history-range.ts'
import { listSnapshots, readStateAt } from '../read/kept-snapshots.ts'
import { listRuns } from '../read/list-runs.ts'
import { type OpenRunOptions, openRun } from '../read/open-run.ts'
import { verifyRun } from '../read/verify-run.ts'
import { importHistory } from '../record/import-history.ts'
import { keepSnapshot } from '../record/keep-snapshot.ts'
import { liveRecorders } from '../record/live-recorders.ts'
import { checkRecordOptions } from '../record/record-options.ts'
import { startRecorder } from '../record/recorder.ts'
import { machineBranches } from '../refs/machine-branches.ts'
import { type RefMover, refMover } from '../refs/ref-moves.ts'
import { runRef } from '../refs/ref-names.ts'
import { foreignRefSync } from '../refs/ref-sync.ts'
import type { Repository } from '../repository.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { sweepPacks } from '../write/pack-store.ts'
import { createRepacker } from '../write/repack.ts'
import { createWriter, type Writer } from '../write/writer.ts'

/** Where a repository is, as Git says. */
export interface RepositoryLocation {
  readonly directory: string
  /** Where refs and objects are; of a linked worktree, those of the repository that it belongs to. */
  readonly gitDirectory: string
  /** Whether its packs must stay, because another repository may borrow objects from it. */
  readonly precious: boolean
  readonly format: FormatName
}

type Durability = 'disk' | 'process'

/** Moves refs and writes packs with one durability: a `git update-ref` either syncs all its refs or none. */
interface Writing {
  readonly mover: RefMover
  readonly writer: Writer
}

/** Opens the repository at a location that was found to be one. */
export async function assembleRepository(location: RepositoryLocation): Promise<Repository> {
  const { directory, gitDirectory, format } = location
  const packDirectory = join(gitDirectory, 'objects/pack')
  const git = gitProgram(directory, { gitDirectory })
  const reader = objectReader(git, format)
  const { read } = reader
  const repacker = createRepacker(gitProgram(directory, { gitDirectory, settings: ['core.fsync=all'] }), packDirectory)
  const live = liveRecorders()
  const syncForeign = foreignRefSync(gitDirectory, packDirectory)
  const checkRemote = remoteChecker(git)
  /** The recorder of each run that was made last: if none is live, it knows why. */
  const lastRecorders = new WeakMap<object, { flush(): Promise<number> }>()
  const writing = new Map<Durability, Writing>()
  const context: RepositoryContext = {
    directory,
    gitDirectory,
    packDirectory,
    format,
    git,
    read,
    get mover() {
      return writingWith('disk').mover
    },
    ensureMachine: machineBranches({ git, gitDirectory, read }),
    packWritten: location.precious ? () => undefined : repacker.packWritten,
    runDiverged: live.diverge,
  }
  await sweepPacks(packDirectory)

  function writingWith(durability: Durability): Writing {
    const found = writing.get(durability)
    if (found !== undefined) return found
    const durable = durability === 'disk'
    const settings = [`core.fsync=${durable ? 'reference' : 'none'}`]
    const mover = refMover({
      git: gitProgram(directory, { gitDirectory, settings }),
      gitDirectory,
      format,
      readOid: async (ref) => (await read(ref))?.oid,
    })
    const { ensureMachine, packWritten } = context
    const parts = { format, gitDirectory, packDirectory, mover, ensureMachine, packWritten }
    const made = { mover, writer: createWriter(parts, { durable }) }
    writing.set(durability, made)
    return made
  }

  async function checkedRemote(name: string, options: NetworkOptions): Promise<Remote> {
    const remote = remoteOf(context, name, options)
    await checkRemote(remote.name)
    return remote
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
          `the run's oids are ${used}, and ${directory} is a ${format} repository; create the run with { format }, or record it in a ${used} repository`,
          { run: run.id },
        )
      }
      const durability = options.durability ?? 'disk'
      const recorder = startRecorder(run, options, {
        context,
        writer: writingWith(durability).writer,
        live,
        syncForeign: durability === 'disk' ? syncForeign : async () => undefined,
      })
      lastRecorders.set(run, recorder)
      return recorder
    },
    open: async (machine: AnyMachine | readonly AnyMachine[], id: string, options: OpenRunOptions = {}) =>
      // The types of the run are those of the machine that its genesis names.
      (await openRun(context, machine, { ...options, id: checkId(id, format) })) as never,
    history(id, range = {}) {
      const run = checkId(id, format)
      return groupedStream(() => streamRange(context, run, range))
    },
    runs: (filter = {}) => listRuns(context, filter),
    async find(id) {
      const { ref: _, ...run } = await findRun(context, checkId(id, format))
      return run
    },
    import: async (history, options = {}) => await importHistory(context, history, options),
    export: async (id, options = {}) => await exportRun(context, checkId(id, format), options),
    keepSnapshot(run) {
      const flush = async (): Promise<unknown> =>
        (await live.flush(runRef(run.machine.name, run.id), run)) || (await lastRecorders.get(run)?.flush())
      return keepSnapshot(context, run, flush)
    },
    snapshots: async (id) => await listSnapshots(context, await findRun(context, checkId(id, format))),
    stateAt: async (id, sequence) => await readStateAt(context, checkId(id, format), sequence),
    verify: async (machine, id, options = {}) =>
      await verifyRun(context, machine, { ...options, id: checkId(id, format) }),
    addRemote: async (name, url) => await addRemote(context, { name: checkRemoteName(name), url: checkRemoteUrl(url) }),
    async push(remote, id, options = {}) {
      const run = checkId(id, format)
      return await pushRun(context, await checkedRemote(remote, options), run)
    },
    async fetch(remote: string, id: string, options: NetworkOptions = {}) {
      const run = id === 'all' ? undefined : checkId(id, format)
      const checked = await checkedRemote(remote, options)
      // The overloads: all runs for `all`, one run for an id.
      return (run === undefined ? await fetchAll(context, checked) : await fetchRun(context, checked, run)) as never
    },
    async close() {
      await live.idle()
      await Promise.all([...writing.values()].map(({ writer }) => writer.idle()))
      await repacker.idle()
      for (const { mover } of writing.values()) mover.close()
      reader.close()
    },
  }
}
