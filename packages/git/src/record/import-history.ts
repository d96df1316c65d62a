// Takes a history from outside into a repository: all of it is verified before anything is written, and the ref of the
// run moves forwards, by compare-and-swap, in one step.
//
//   verified ─► compared with what is here ─► packs are stored ─► machine branch ─► the run's ref moves

import {
  type GenesisRecord,
  type History,
  type HistoryRecord,
  type Machine,
  type ObjectFormat,
  type Run,
  type RunEvent,
  restoreRun,
} from '@xmachines/core'
import { type HistoryCommits, readHistory, recordable } from '@xmachines/core/internal'
import { asGitError, GitError } from '../git-error.ts'
import { readCommit, readGenesis } from '../objects/commit.ts'
import { hexOf, isOid, objectFormat } from '../objects/object-id.ts'
import { PackBuilder } from '../objects/pack.ts'
import { findCommon } from '../read/divergence.ts'
import { oidAt } from '../read/history-range.ts'
import { counted, type OnProgress } from '../read/progress.ts'
import type { MachineBranch } from '../refs/machine-branches.ts'
import { RefMismatch, type RefMover } from '../refs/ref-moves.ts'
import { machineRef, runRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import { type Release, storePack } from '../write/pack-store.ts'
import { FULL_PACK } from '../write/writer.ts'
import type { SnapshotPlace } from './keep-snapshot.ts'

type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** How a history is imported. */
export interface ImportOptions {
  /**
   * The machine, or several of which that of the history is picked: replays all of it, and holds the state that it was
   * saved with against that. A run that the repository has already needs none; one that is new does, since a history
   * does not hold the state that it begins with.
   */
  readonly machine?: AnyMachine | readonly AnyMachine[]
  /** Told now and then how far it is. */
  readonly onProgress?: OnProgress
}

/** A run that was imported. */
export interface ImportedRun {
  readonly id: string
  /** Where it stands here now. */
  readonly head: string
  /** Its sequence here, now and before; −1 where it was not here. */
  readonly sequence: number
  readonly before: number
}

/** Where histories are imported to. */
export interface ImportPlace extends SnapshotPlace {
  ensureMachine(machine: MachineBranch, mover: RefMover): Promise<void>
}

/** How often a ref that others move meanwhile is looked at again. */
const MOST_ROUNDS = 8

/** Imports a history. */
export async function importHistory(
  place: ImportPlace,
  given: History,
  { machine, onProgress }: ImportOptions,
): Promise<ImportedRun> {
  // What can be read only once is read here.
  const history = isIterable(given) ? [...given] : given
  const outside = readHistory(history)
  const { genesis } = outside
  if (genesis.format !== place.format) {
    throw new GitError(
      'FORMAT_MISMATCH',
      `the history's oids are ${genesis.format}, and ${place.directory} is a ${place.format} repository; import it elsewhere`,
      { run: genesis.oid },
    )
  }
  const format = objectFormat(place.format)
  if (machine !== undefined) {
    return await take(place, genesis, recordable(replayed(history, machine, format, onProgress)), onProgress)
  }
  const object = isOid(genesis.oid, place.format) ? await place.read(genesis.oid) : undefined
  if (object === undefined) {
    const { name, version } = genesis.machine
    throw new GitError(
      'RUN_MISSING',
      `there is no run ${genesis.oid} in ${place.directory}, and a history does not hold the state that it begins with; ` +
        `give the machine ${name}@${version}, which makes it`,
      { run: genesis.oid },
    )
  }
  const { initial } = await readGenesis(object, place.format, place.read)
  return await take(place, genesis, outside.commits(format, initial), onProgress)
}

function replayed(
  history: History,
  machine: AnyMachine | readonly AnyMachine[],
  format: ObjectFormat,
  onProgress: OnProgress | undefined,
): Run<unknown, RunEvent, unknown, unknown> {
  const records = 'records' in history ? history.records : [...history]
  const total = 2 * records.length
  const taken = counted(records, (count) => onProgress?.(count, total))
  const machines = [machine].flat() as readonly AnyMachine[]
  const replayable = 'records' in history ? { ...history, records: taken } : taken
  return restoreRun(machines, replayable, { format, revalidate: true })
}

function isIterable(history: unknown): history is Iterable<HistoryRecord<RunEvent>> {
  return typeof history === 'object' && history !== null && Symbol.iterator in history
}

/** Takes what is not here yet. */
async function take(
  place: ImportPlace,
  { oid: id, machine }: GenesisRecord,
  commits: HistoryCommits,
  onProgress: OnProgress | undefined,
): Promise<ImportedRun> {
  const ref = runRef(machine.name, id)
  const to = hexOf(commits.digestAt(commits.sequence))
  const releases: Release[] = []
  let first: number | undefined
  /** The sequence behind which all is stored. */
  let stored = Number.POSITIVE_INFINITY
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const local = await localOf(place, ref, commits)
      first ??= local.sequence
      if (local.sequence >= commits.sequence) {
        return { id, head: local.oid as string, sequence: local.sequence, before: first }
      }
      if (local.sequence < stored) releases.push(...(await store(place, commits, local.sequence, onProgress)))
      stored = Math.min(stored, local.sequence)
      const branch = { ref: machineRef(machine), oid: machine.oid }
      await place.ensureMachine(branch, place.mover)
      const [failure] = await place.mover.move([{ ref, to, from: local.oid }])
      await syncRefs(place.gitDirectory, [ref, branch.ref])
      if (failure === undefined) return { id, head: to, sequence: commits.sequence, before: first }
      if (!(failure instanceof RefMismatch)) throw failure
    }
    const why = `${ref} in ${place.directory} is moved by others all the time; import it again`
    throw new GitError('REPOSITORY_LOCKED', why, { run: id })
  } catch (thrown) {
    throw asGitError(thrown, `importing into ${place.directory}`, { run: id })
  } finally {
    await Promise.all(releases.map((release) => release()))
  }
}

/** Where the run is here; refuses what is not one history with what is imported. */
async function localOf(
  place: ImportPlace,
  ref: string,
  commits: HistoryCommits,
): Promise<{ readonly oid: string | undefined; readonly sequence: number }> {
  const object = await place.read(ref)
  if (object === undefined) return { oid: undefined, sequence: -1 }
  const commit = readCommit(object)
  const sequence = commit === undefined ? -1 : commit.committed - commit.authored
  const [run, head] = [hexOf(commits.digestAt(0)), hexOf(commits.digestAt(commits.sequence))]
  const local = { oid: object.oid, sequence }
  // Git finds it in one call, however much further the run is here.
  const further = sequence > commits.sequence
  if (further && (await oidAt(place, { id: run, head: object.oid, sequence }, commits.sequence)) === head) return local
  const common = await findCommon(place.read, object, commits)
  if (common?.sequence === sequence) return local
  throw new GitError(
    'HISTORY_DIVERGED',
    `${ref} in ${place.directory} holds another history of the run, up to sequence ${sequence}; what was to be imported ` +
      `goes up to ${commits.sequence}, and ${common === undefined ? 'nothing' : `sequence ${common.sequence}`} is the last they ` +
      'share; nothing was written: keep one of the two, and do again there what was done in the other',
    { run, sequence: common?.sequence ?? 0, heads: { recorded: object.oid, run: head, common: common?.oid } },
  )
}

/** Stores the objects behind a sequence; answers with what drops the `.keep` of each pack. */
async function store(
  place: ImportPlace,
  commits: HistoryCommits,
  after: number,
  onProgress: OnProgress | undefined,
): Promise<Release[]> {
  const releases: Release[] = []
  let pack = new PackBuilder(place.format)
  if (after < 0) for (const { oid, bytes } of commits.genesis()) pack.addShared(oid, bytes)
  try {
    for (let sequence = Math.max(after, 0) + 1; sequence <= commits.sequence; sequence++) {
      pack.add(commits.digestAt(sequence), commits.commitAt(sequence))
      if (pack.size <= FULL_PACK) continue
      releases.push(await storePack(place.packDirectory, pack.finish(), true))
      pack = new PackBuilder(place.format)
      onProgress?.(commits.sequence + sequence, 2 * commits.sequence)
    }
    if (pack.count > 0) releases.push(await storePack(place.packDirectory, pack.finish(), true))
  } catch (thrown) {
    await Promise.all(releases.map((release) => release()))
    throw thrown
  }
  place.onPack()
  return releases
}
