// Verifies runs that were fetched, before any ref of a run is moved: each object hashed, each commit the batch that core
// would write behind the one before, back to where this repository already has the run, or to its genesis. Needs no
// machine, and reads only what is new.

import { isUtf8 } from 'node:buffer'
import { batchHeader, readBatchMessage } from '@xmachines/core/internal'
import { asGitError, GitError } from '../git-error.ts'
import { readCommit, readGenesis, readTree } from '../objects/commit.ts'
import { widthOf } from '../objects/object-id.ts'
import { readNeeded } from '../objects/object-reader.ts'
import { corrupt, type ReadObject } from '../objects/object-stream.ts'
import { commonAncestor } from '../read/ancestry.ts'
import { FEW } from '../read/history-range.ts'
import { readCommits } from '../read/stream-history.ts'
import type { MachineBranch } from '../refs/machine-branches.ts'
import { machineRef } from '../refs/ref-names.ts'
import type { ReadingPlace } from '../repository-context.ts'

/** A run as a remote has it, not trusted. */
export interface Fetched {
  readonly id: string
  /** The name of the machine, as the remote's ref says. */
  readonly name: string
  readonly head: string
  /** Where this repository has the run; undefined where it has not. */
  readonly local: { readonly oid: string; readonly sequence: number } | undefined
}

/** What became of verifying it. */
export type Verdict =
  /** It goes on from what is here. */
  | { readonly is: 'ahead'; readonly sequence: number; readonly machine: MachineBranch | undefined }
  /** All of it is here. */
  | { readonly is: 'known' }
  | GitError

/** A run, as far as it was followed. */
interface Lineage {
  readonly id: string
  readonly head: string
  readonly createdAt: number
  readonly before: string
  readonly middle: string
  readonly machine: MachineBranch | undefined
  /** The last commit that was found right, and its sequence. */
  parent: string
  sequence: number
  fault: GitError | undefined
}

/** Verifies runs, with one walk over what is new of all of them; one that is not right takes no other with it. */
export async function verifyFetched(place: ReadingPlace, fetched: readonly Fetched[]): Promise<Verdict[]> {
  const lineages = await Promise.all(fetched.map((run) => attempt(() => beginOf(place, run))))
  const begun = lineages.filter(
    (lineage): lineage is Lineage => !(lineage instanceof GitError) && lineage !== undefined,
  )
  const failure = await attempt(() => walk(place, begun))
  const alone = fetched.length === 1
  return await Promise.all(
    fetched.map((run, at) =>
      attempt(async () => {
        let lineage = lineages[at]
        if (lineage instanceof GitError) return lineage
        if (lineage !== undefined && !hasArrived(lineage)) {
          if (alone && failure !== undefined) return failure
          // What one run has that is not right may have stopped the walk, or led others astray.
          if (!alone) {
            lineage = await beginOf(place, run)
            await walk(place, lineage === undefined ? [] : [lineage])
          }
        }
        if (lineage === undefined || !hasArrived(lineage)) return await judge(place, run, lineage)
        return { is: 'ahead', sequence: lineage.sequence, machine: lineage.machine } as const
      }),
    ),
  )
}

function hasArrived({ head, parent }: Lineage): boolean {
  return head === parent
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Value | GitError> {
  try {
    return await work()
  } catch (thrown) {
    return asGitError(thrown, 'verifying what was fetched')
  }
}

/** Where to follow a run from; undefined where it cannot be ahead. */
async function beginOf(place: ReadingPlace, { id, name, head, local }: Fetched): Promise<Lineage | undefined> {
  if (local?.oid === head) return undefined
  const object = await place.read(head)
  const commit = object === undefined ? undefined : readCommit(object)
  if (commit === undefined) throw corrupt(head, 'the remote has it as the head of a run, and it is none', { run: id })
  if (local === undefined) return await beginAtGenesis(place, id, name, head)
  if (commit.committed - commit.authored <= local.sequence) return undefined
  return await beginAt(place, id, head, local.oid)
}

async function beginAt(place: ReadingPlace, id: string, head: string, at: string): Promise<Lineage> {
  const object = await place.read(at)
  const commit = object === undefined ? undefined : readCommit(object)
  if (commit === undefined) throw corrupt(at, 'it is not a commit of a run', { run: id })
  const { tree, authored, committed } = commit
  return lineageFrom(id, head, { tree, createdAt: authored, parent: at, sequence: committed - authored })
}

async function beginAtGenesis(place: ReadingPlace, id: string, name: string, head: string): Promise<Lineage> {
  const where = { run: id, sequence: 0 }
  const genesis = await readGenesis(await readNeeded(place, id, where), place.format, place.read)
  const { machine, createdAt } = genesis.record
  if (machine.name !== name) throw corrupt(id, `it is of the machine ${machine.name}, not of ${name}`, where)
  const machineCommit = readCommit(await readNeeded(place, machine.oid, where))
  if (machineCommit === undefined) throw corrupt(machine.oid, 'it is not the commit of a machine', where)
  // What the tree of the machine names, that of the genesis names too.
  await readNeeded(place, machineCommit.tree, where)
  for (const oid of readTree(await readNeeded(place, genesis.tree, where), place.format).values())
    await readNeeded(place, oid, where)
  const branch = { ref: machineRef(machine), oid: machine.oid }
  return lineageFrom(id, head, { tree: genesis.tree, createdAt, parent: id, sequence: 0 }, branch)
}

function lineageFrom(
  id: string,
  head: string,
  from: { readonly tree: string; readonly createdAt: number; readonly parent: string; readonly sequence: number },
  machine?: MachineBranch,
): Lineage {
  const { tree, createdAt, parent, sequence } = from
  const [before, middle] = batchHeader(tree, createdAt)
  return { id, head, createdAt, before, middle, machine, parent, sequence, fault: undefined }
}

/** What is new of some runs, the oldest first. */
async function newOf(
  { git, format, read }: ReadingPlace,
  due: readonly Lineage[],
): Promise<AsyncIterable<readonly ReadObject[]> | Iterable<readonly ReadObject[]>> {
  const [{ head, parent, sequence }] = due as [Lineage]
  const newest = due.length === 1 ? await read(head) : undefined
  const commit = newest === undefined ? undefined : readCommit(newest)
  const many = commit === undefined ? Number.POSITIVE_INFINITY : commit.committed - commit.authored - sequence
  if (many <= FEW) {
    const names = Array.from({ length: many }, (_, at) => `${head}~${many - 1 - at}`)
    const objects = (await Promise.all(names.map(read))).filter((object) => object !== undefined)
    const [first] = objects
    // A head whose date is not its sequence is not as many behind.
    if (first !== undefined && readCommit(first)?.parent === parent) return [objects]
  }
  const news = due.flatMap((run) => (run.machine === undefined ? [run.head, `^${run.parent}`] : [run.head]))
  return readCommits(git, format, news)
}

/** Follows runs as far as they are right. */
async function walk(place: ReadingPlace, lineages: readonly Lineage[]): Promise<undefined> {
  const due = lineages.filter((lineage) => !hasArrived(lineage))
  if (due.length === 0) return
  /** By the commit that comes before. */
  const expected = new Map(due.map((lineage) => [lineage.parent, lineage]))
  const width = 2 * widthOf(place.format)
  const parentAt = `tree \nparent `.length + width
  for await (const objects of await newOf(place, due)) {
    for (const object of objects) {
      const parent = object.content.toString('latin1', parentAt, parentAt + width)
      const lineage = expected.get(parent)
      if (lineage === undefined || hasArrived(lineage)) continue
      expected.delete(parent)
      follow(lineage, object)
      if (lineage.fault === undefined) expected.set(object.oid, lineage)
    }
  }
  return undefined
}

/** Takes a commit whose parent is the last of a run: it is the next batch, or it is not right. */
function follow(lineage: Lineage, { oid, content, fault }: ReadObject): void {
  const { id: run, before, middle, createdAt, parent } = lineage
  const sequence = lineage.sequence + 1
  const where = { run, sequence }
  const header = `${before}${parent}${middle}${createdAt + sequence} +0000\n\n`
  if (fault !== undefined) {
    lineage.fault = new GitError(fault.code, fault.message, where)
  } else if (content.toString('latin1', 0, header.length) !== header) {
    lineage.fault = corrupt(oid, `it is not batch ${sequence} of its run`, where)
  } else {
    lineage.fault = readsAsBatch(content.subarray(header.length), oid, where)
  }
  if (lineage.fault !== undefined) return
  lineage.parent = oid
  lineage.sequence = sequence
}

function readsAsBatch(
  message: Buffer,
  oid: string,
  where: { readonly run: string; readonly sequence: number },
): GitError | undefined {
  try {
    if (!isUtf8(message)) throw new Error('it is not UTF-8')
    readBatchMessage(message.toString())
    return undefined
  } catch (thrown) {
    return corrupt(oid, `batch ${where.sequence} is not one event a line: ${(thrown as Error).message}`, where)
  }
}

/** Why a run did not come out ahead. */
async function judge(place: ReadingPlace, run: Fetched, lineage: Lineage | undefined): Promise<Verdict> {
  if (lineage?.fault !== undefined) return lineage.fault
  const { id, head, local } = run
  if (local?.oid === head) return { is: 'known' }
  const common = local === undefined ? undefined : await commonAncestor(place.git, local.oid, head)
  const from = common === undefined ? undefined : await place.read(common)
  // What two runs of one machine share is the commit of their machine, which has no parent.
  if (local === undefined || from === undefined || readCommit(from)?.parent === undefined) {
    return corrupt(head, `the history that ends there does not begin with ${id}`, { run: id })
  }
  if (from.oid === head) return { is: 'known' }
  const other = await beginAt(place, id, head, from.oid)
  const shared = other.sequence
  await walk(place, [other])
  if (other.fault !== undefined) return other.fault
  if (!hasArrived(other)) return corrupt(head, 'what leads there is not all batches', { run: id, sequence: shared + 1 })
  if (from.oid === local.oid) return { is: 'ahead', sequence: other.sequence, machine: undefined }
  const { sequence } = local
  return new GitError(
    'HISTORY_DIVERGED',
    `the run ${id} was gone on with twice: here up to sequence ${sequence}, at the remote up to ${other.sequence}, and ` +
      `sequence ${shared} is the last they share; nothing was moved: keep what is at the remote and do again there what ` +
      'was done here, as docs/git.md shows',
    { run: id, sequence: shared, heads: { recorded: local.oid, remote: head, common: from.oid } },
  )
}
