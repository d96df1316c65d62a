// Puts an open repository together from its parts. Each operation is in a file of its own.

import { devNull } from 'node:os'
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
import { WALK_PATIENCE } from '../process/patience.ts'
import { guarded } from '../raw-errors.ts'
import { exportRun } from '../read/export-run.ts'
import { findRun, headFault } from '../read/find-run.ts'
import { groupedStream } from '../read/grouped-stream.ts'
import { streamRange } from '../read/history-range.ts'
import { listSnapshots, readStateAt } from '../read/kept-snapshots.ts'
import { listRuns } from '../read/list-runs.ts'
import { type OpenRunOptions, openRun } from '../read/open-run.ts'
import { type VerifyOptions, verifyRun } from '../read/verify-run.ts'
import { importHistory } from '../record/import-history.ts'
import { keepSnapshot } from '../record/keep-snapshot.ts'
import { liveRecorders } from '../record/live-recorders.ts'
import { checkDurability } from '../record/record-options.ts'
import { startRecorder } from '../record/recorder.ts'
import { machineBranches } from '../refs/machine-branches.ts'
import { type RefMover, refMover } from '../refs/ref-moves.ts'
import { runRef } from '../refs/ref-names.ts'
import { foreignRefSync } from '../refs/ref-sync.ts'
import type { Repository } from '../repository.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { gitStore } from '../store/git-store.ts'
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
  /** The setting that makes it a mirror, which can only be read; undefined if it is not a mirror. */
  readonly mirrorOf: string | undefined
}

type Durability = 'disk' | 'process'

/** What says that a commit has other ancestors than those that its own bytes name is not asked. */
const READING = {
  settings: ['core.commitGraph=false'],
  environment: { GIT_SHALLOW_FILE: devNull },
  patience: WALK_PATIENCE,
}

/** Moves refs and writes packs with one durability: a `git update-ref` either syncs all its refs or none. */
interface Writing {
  readonly mover: RefMover
  readonly writer: Writer
}

/** Opens the repository at a location that was found to be one. */
export async function assembleRepository(location: RepositoryLocation): Promise<Repository> {
  const { directory, gitDirectory, format } = location
  const packDirectory = join(gitDirectory, 'objects/pack')
  const git = gitProgram(directory, { gitDirectory, ...READING })
  const reader = objectReader(git, { gitDirectory, format })
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
  if (location.mirrorOf === undefined) await sweepPacks(packDirectory)

  /** Refuses what changes the repository if it is a mirror. */
  function checkWritable(what: string): void {
    if (location.mirrorOf !== undefined) throw onlyRead(directory, location.mirrorOf, what)
  }

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

  const store = gitStore({
    context,
    writer: writingWith('disk').writer,
    syncForeign,
    checkWritable,
  })

  return {
    directory,
    format,
    store,
    record(run, options = {}) {
      checkDurability(options)
      checkWritable('record a run')
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
    open: guarded(
      'READ_FAILED',
      `opening a run of ${directory}`,
      async (machine: AnyMachine | readonly AnyMachine[], id: string, options: OpenRunOptions = {}) =>
        // The types of the run are those of the machine that its genesis names.
        (await openRun(context, machine, { ...options, id: checkId(id, format) })) as never,
    ),
    history(id, range = {}) {
      const run = checkId(id, format)
      return groupedStream(() => streamRange(context, run, range), `reading a run of ${directory}`)
    },
    runs: (filter = {}) => listRuns(context, filter),
    find: guarded('READ_FAILED', `finding a run in ${directory}`, async (id) => {
      const found = await findRun(context, checkId(id, format))
      const fault = headFault(found)
      if (fault !== undefined) throw fault
      const { ref: _, ...run } = found
      return run
    }),
    import: guarded('WRITE_FAILED', `importing into ${directory}`, async (history, options = {}) => {
      checkWritable('import a run')
      return await importHistory(context, history, options)
    }),
    export: guarded('READ_FAILED', `exporting a run of ${directory}`, async (id, options = {}) =>
      exportRun(context, checkId(id, format), options),
    ),
    async keepSnapshot(run) {
      checkWritable('keep a snapshot')
      const flush = async (): Promise<unknown> =>
        (await live.flush(runRef(run.machine.name, run.id), run)) || (await lastRecorders.get(run)?.flush())
      const keep = guarded('WRITE_FAILED', `keeping a snapshot in ${directory}`, () =>
        keepSnapshot(context, run, flush),
      )
      return await keep()
    },
    snapshots: guarded('READ_FAILED', `listing the snapshots of ${directory}`, async (id) =>
      listSnapshots(context, await findRun(context, checkId(id, format))),
    ),
    stateAt: guarded('READ_FAILED', `reading a state of ${directory}`, async (id, sequence) =>
      readStateAt(context, checkId(id, format), sequence),
    ),
    verify: guarded(
      'READ_FAILED',
      `verifying a run of ${directory}`,
      async (machine: AnyMachine | readonly AnyMachine[], id: string, options: VerifyOptions = {}) =>
        verifyRun(context, machine, { ...options, id: checkId(id, format) }),
    ),
    addRemote: guarded('WRITE_FAILED', `adding a remote to ${directory}`, async (name, url) => {
      const remote = { name: checkRemoteName(name), url: checkRemoteUrl(url) }
      checkWritable('add a remote')
      await addRemote(context, remote)
    }),
    push: guarded('WRITE_FAILED', `pushing from ${directory}`, async (remote, id, options = {}) => {
      const run = checkId(id, format)
      checkWritable('push a run')
      return await pushRun(context, await checkedRemote(remote, options), run)
    }),
    fetch: guarded(
      'WRITE_FAILED',
      `fetching into ${directory}`,
      async (remote: string, id: string, options: NetworkOptions = {}) => {
        const run = id === 'all' ? undefined : checkId(id, format)
        checkWritable('fetch runs')
        const checked = await checkedRemote(remote, options)
        // The overloads: all runs for `all`, one run for an id.
        return (run === undefined ? await fetchAll(context, checked) : await fetchRun(context, checked, run)) as never
      },
    ),
    async close() {
      await live.idle()
      await Promise.all([...writing.values()].map(({ writer }) => writer.idle()))
      await repacker.idle()
      for (const { mover } of writing.values()) mover.close()
      reader.close()
    },
  }
}

function onlyRead(directory: string, setting: string, what: string): GitError {
  return new GitError(
    'UNSUPPORTED_REPOSITORY',
    `cannot ${what}: ${directory} is a mirror (${setting}), whose next git fetch rewinds and deletes what was recorded in it; ` +
      `a mirror can be read; to ${what}, make a repository with openRepository(path, { create: true }), and take over what is ` +
      `here with git -C path fetch ${directory} 'refs/*:refs/*'`,
  )
}
