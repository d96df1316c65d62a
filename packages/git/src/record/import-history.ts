// Takes a history from outside into a repository: all of it is verified before anything is written, and the ref of the
// run moves forwards, by compare-and-swap, in one step.
//
//   verify ─► compare with what is here ─► store packs ─► machine branch ─► move the run's ref

import {
  type GenesisRecord,
  type History,
  type HistoryRecord,
  type ObjectFormat,
  type Run,
  type RunEvent,
  restoreRun,
} from '@xmachines/core'
import { type GitObject, type HistoryCommits, openOutsideHistory, recordable } from '../core-internals.ts'
import { asGitError, GitError } from '../git-error.ts'
import { type AnyMachine, machineList } from '../machines.ts'
import { decodeGenesis } from '../objects/genesis-commit.ts'
import { hexOf, isOid, objectFormat } from '../objects/object-id.ts'
import { PackBuilder } from '../objects/pack.ts'
import { findCommon } from '../read/divergence.ts'
import { isGenesisMade } from '../read/find-run.ts'
import { oidAt } from '../read/history-range.ts'
import { counted, type OnProgress } from '../read/progress.ts'
import { readHead } from '../refs/read-head.ts'
import { RefMismatch } from '../refs/ref-moves.ts'
import { machineRef, runRef } from '../refs/ref-names.ts'
import { syncRefs } from '../refs/ref-sync.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { type Release, storePack } from '../write/pack-store.ts'
import { FULL_PACK } from '../write/writer.ts'
import { importReceipt } from './import-receipt.ts'

/** How a history is imported. */
export interface ImportOptions {
  /**
   * The machine of the run, or several to pick it from. Replays the history, and compares the state that it was saved
   * with. A run that is new here needs its machine, because a history does not hold the initial state; a run that the
   * repository has needs none.
   */
  readonly machine?: AnyMachine | readonly AnyMachine[]
  /** Called now and then with the progress. */
  readonly onProgress?: OnProgress
}

/** A run that was imported. */
export interface ImportedRun {
  readonly id: string
  /** Its head here now. */
  readonly head: string
  /** Its sequence here now. */
  readonly sequence: number
  /** Its sequence here before; −1 if it was not here. */
  readonly before: number
}

/** How often to look again at a ref that others keep moving. */
const MOST_ROUNDS = 8

/** Imports a history. */
export async function importHistory(
  context: RepositoryContext,
  given: History,
  { machine, onProgress }: ImportOptions,
): Promise<ImportedRun> {
  // A history that can be read only once is read here.
  const history = isIterable(given) ? [...given] : given
  const outside = openOutsideHistory(history)
  const { genesis } = outside
  if (genesis.format !== context.format) {
    throw new GitError(
      'FORMAT_MISMATCH',
      `the history's oids are ${genesis.format}, and ${context.directory} is a ${context.format} repository; import it into a ${genesis.format} repository`,
      { run: genesis.oid },
    )
  }
  const format = objectFormat(context.format)
  if (machine !== undefined) {
    const run = replayed(history, machine, { format, onProgress })
    return await take(context, genesis, { commits: recordable(run), position: run.position, onProgress })
  }
  const known = isOid(genesis.oid, context.format)
  let object = known ? await context.read(genesis.oid) : undefined
  if (known && object === undefined && (await isGenesisMade(context, genesis.oid)))
    object = await context.read(genesis.oid)
  if (object === undefined) {
    const { name, version } = genesis.machine
    throw new GitError(
      'RUN_MISSING',
      `there is no run ${genesis.oid} in ${context.directory}, and a history does not hold the initial state of its run; ` +
        `give the machine ${name}@${version}, which makes that state`,
      { run: genesis.oid },
    )
  }
  const { initial } = await decodeGenesis(context, object)
  return await take(context, genesis, { commits: outside.commits(format, initial), position: undefined, onProgress })
}

function replayed(
  history: History,
  machine: AnyMachine | readonly AnyMachine[],
  { format, onProgress }: { readonly format: ObjectFormat; readonly onProgress: OnProgress | undefined },
): Run<unknown, RunEvent, unknown, unknown> {
  const records = 'records' in history ? history.records : [...history]
  const total = 2 * records.length
  const taken = counted(records, (count) => onProgress?.(count, total))
  const replayable = 'records' in history ? { ...history, records: taken } : taken
  return restoreRun(machineList(machine), replayable, { format, revalidate: true })
}

function isIterable(history: unknown): history is Iterable<HistoryRecord<RunEvent>> {
  return typeof history === 'object' && history !== null && Symbol.iterator in history
}

/** A history that was verified. */
interface VerifiedHistory {
  readonly commits: HistoryCommits
  /** Outputs since the genesis, if they were counted. */
  readonly position: number | undefined
  readonly onProgress: OnProgress | undefined
}

/** Takes the part of a history that is not here yet. */
async function take(
  context: RepositoryContext,
  genesis: GenesisRecord,
  history: VerifiedHistory,
): Promise<ImportedRun> {
  const { oid: id, machine } = genesis
  const { commits, onProgress } = history
  const ref = runRef(machine.name, id)
  const branch = { ref: machineRef(machine), oid: machine.oid }
  const to = hexOf(commits.digestAt(commits.sequence))
  const releases: Release[] = []
  let before: number | undefined
  /** Everything after this sequence is stored. */
  let stored = Number.POSITIVE_INFINITY
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const local = await localOf(context, ref, commits)
      before ??= local.sequence
      if (local.sequence >= commits.sequence) {
        return { id, head: local.oid as string, sequence: local.sequence, before }
      }
      const counted = await importReceipt(context, genesis, { ...history, before: local.sequence })
      const after = local.sequence < stored ? local.sequence : commits.sequence
      releases.push(...(await store(context, commits, { after, objects: counted?.objects ?? [], onProgress })))
      stored = Math.min(stored, after)
      await context.ensureMachine(branch, context.mover)
      const { receipt } = counted ?? {}
      const [failure] = await context.mover.move([{ ref, to, from: local.oid, ...(receipt && { receipt }) }])
      await syncRefs(context.gitDirectory, [ref, branch.ref, ...(receipt === undefined ? [] : [receipt.ref])])
      if (failure === undefined) return { id, head: to, sequence: commits.sequence, before }
      if (!(failure instanceof RefMismatch)) throw failure
    }
    const why = `others keep moving ${ref} in ${context.directory}; import the history again`
    throw new GitError('REPOSITORY_LOCKED', why, { run: id })
  } catch (thrown) {
    throw asGitError(thrown, `importing into ${context.directory}`, { run: id })
  } finally {
    await Promise.all(releases.map((release) => release()))
  }
}

/** Where the run is here; refuses a history that is not one with it. */
async function localOf(
  context: RepositoryContext,
  ref: string,
  commits: HistoryCommits,
): Promise<{ readonly oid: string | undefined; readonly sequence: number }> {
  const local = await readHead(context, ref)
  if (local === undefined) return { oid: undefined, sequence: -1 }
  const { oid, sequence } = local
  const [run, head] = [hexOf(commits.digestAt(0)), hexOf(commits.digestAt(commits.sequence))]
  // Git finds that commit in one call, however much longer the history is here.
  const longer = sequence > commits.sequence
  if (longer && (await oidAt(context, { id: run, head: oid, sequence }, commits.sequence)) === head) return local
  const common = await findCommon(context, local, commits)
  if (common?.sequence === sequence) return local
  const shared = common === undefined ? 'they share nothing' : `sequence ${common.sequence} is the last that they share`
  throw new GitError(
    'HISTORY_DIVERGED',
    `${ref} in ${context.directory} holds another history of the run, up to sequence ${sequence}; the one to import goes ` +
      `up to ${commits.sequence}, and ${shared}; nothing was written: keep one of the two, and send it the events of the other`,
    { run, sequence: common?.sequence ?? 0, heads: { recorded: oid, run: head, common: common?.oid } },
  )
}

/** Stores some objects, and the batches after a sequence; resolves with what removes the `.keep` of each pack. */
async function store(
  context: RepositoryContext,
  commits: HistoryCommits,
  {
    after,
    objects,
    onProgress,
  }: {
    readonly after: number
    readonly objects: readonly GitObject[]
    readonly onProgress: OnProgress | undefined
  },
): Promise<Release[]> {
  const releases: Release[] = []
  let pack = new PackBuilder(context.format)
  const put = async (): Promise<void> => {
    releases.push(await storePack(context.packDirectory, pack.finish(), { durable: true }))
    pack = new PackBuilder(context.format)
  }
  const first = after < 0 ? [...commits.genesis(), ...objects] : objects
  for (const { oid, bytes } of first) pack.addShared(oid, bytes)
  try {
    for (let sequence = Math.max(after, 0) + 1; sequence <= commits.sequence; sequence++) {
      pack.add(commits.digestAt(sequence), commits.commitAt(sequence))
      if (pack.size <= FULL_PACK) continue
      await put()
      onProgress?.(commits.sequence + sequence, 2 * commits.sequence)
    }
    if (pack.count > 0) await put()
  } catch (thrown) {
    await Promise.all(releases.map((release) => release()))
    throw thrown
  }
  if (releases.length > 0) context.packWritten()
  return releases
}
