// Verifies fetched runs before any ref of a run moves: each object is hashed, and each commit must be the batch that
// core would write after the previous one, back to what this repository already has of the run, or to its genesis.
// Needs no machine, and reads only new commits.

import { asGitError, GitError } from '../git-error.ts'
import { type BatchDecoder, batchDecoder, type CommitPoint, parentOfBatch } from '../objects/batch-commit.ts'
import { decodeCommit } from '../objects/commit.ts'
import { readGenesis } from '../objects/genesis-commit.ts'
import { readNeeded } from '../objects/object-reader.ts'
import { corrupt, type ReadObject } from '../objects/object-stream.ts'
import { commonAncestor } from '../read/ancestry.ts'
import { FEW_COMMITS } from '../read/history-range.ts'
import { streamCommits } from '../read/stream-history.ts'
import type { MachineBranch } from '../refs/machine-branches.ts'
import { readHead } from '../refs/read-head.ts'
import { machineRef } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'

/** A run as a remote has it, not trusted. */
export interface RemoteRun {
  readonly id: string
  /** The name of the machine, as the remote's ref says. */
  readonly name: string
  readonly head: string
}

/** A run at a remote, and its head in this repository; undefined if it is not here. */
export interface Candidate extends RemoteRun {
  readonly local: CommitPoint | undefined
}

/** The result of verifying a run. */
export type Verdict =
  /** It continues what is here. */
  | { readonly is: 'ahead'; readonly sequence: number; readonly machine: MachineBranch | undefined }
  /** All of it is here. */
  | { readonly is: 'known' }
  | GitError

/** A run, as far as it was followed. */
interface Lineage {
  readonly id: string
  readonly head: string
  readonly machine: MachineBranch | undefined
  readonly decode: BatchDecoder
  /** The last commit that was found right. */
  last: CommitPoint
  fault: GitError | undefined
}

/** Verifies runs with one walk over all their new commits. A run that is wrong does not affect the others. */
export async function verifyFetched(context: RepositoryContext, candidates: readonly Candidate[]): Promise<Verdict[]> {
  const lineages = await Promise.all(candidates.map((run) => attempt(() => beginOf(context, run))))
  const begun = lineages.filter(
    (lineage): lineage is Lineage => !(lineage instanceof GitError) && lineage !== undefined,
  )
  const failure = await attempt(() => walk(context, begun))
  const alone = candidates.length === 1
  return await Promise.all(
    candidates.map((run, at) =>
      attempt(async () => {
        let lineage = lineages[at]
        if (lineage instanceof GitError) return lineage
        if (lineage !== undefined && !hasArrived(lineage)) {
          if (alone && failure !== undefined) return failure
          // A fault of one run may have stopped the walk, or misled it about the others.
          if (!alone) {
            lineage = await beginOf(context, run)
            await walk(context, lineage === undefined ? [] : [lineage])
          }
        }
        if (lineage === undefined || !hasArrived(lineage)) return await judge(context, run, lineage)
        return { is: 'ahead', sequence: lineage.last.sequence, machine: lineage.machine } as const
      }),
    ),
  )
}

function hasArrived({ head, last }: Lineage): boolean {
  return head === last.oid
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Value | GitError> {
  try {
    return await work()
  } catch (thrown) {
    return asGitError(thrown, 'verifying what was fetched')
  }
}

/** Where to begin to follow a run; undefined if it cannot be ahead. */
async function beginOf(context: RepositoryContext, { id, name, head, local }: Candidate): Promise<Lineage | undefined> {
  if (local?.oid === head) return undefined
  const found = await readHead(context, head)
  if (found?.commit === undefined) throw corrupt(head, 'the remote has it as the head of a run', { run: id })
  if (local === undefined) return await beginAtGenesis(context, { id, name, head })
  if (found.sequence <= local.sequence) return undefined
  return await beginAt(context, { id, head, at: local.oid })
}

async function beginAt(
  context: RepositoryContext,
  { id, head, at }: { readonly id: string; readonly head: string; readonly at: string },
): Promise<Lineage> {
  const found = await readHead(context, at)
  if (found?.commit === undefined) throw corrupt(at, 'it is not a commit of a run', { run: id })
  const { tree, createdAt } = found.commit
  return lineageFrom({ id, head }, { tree, createdAt, last: found })
}

async function beginAtGenesis(context: RepositoryContext, { id, name, head }: RemoteRun): Promise<Lineage> {
  const where = { run: id, sequence: 0 }
  const { record, tree, files } = await readGenesis(context, id)
  const { machine, createdAt } = record
  if (machine.name !== name) {
    throw corrupt(id, `its machine is ${machine.name}, but the remote has it under ${name}`, where)
  }
  const machineCommit = decodeCommit(await readNeeded(context, machine.oid, where))
  if (machineCommit === undefined) throw corrupt(machine.oid, 'it is not the commit of a machine', where)
  // The tree of the genesis names the files that the tree of the machine names.
  await readNeeded(context, machineCommit.tree, where)
  for (const oid of files.values()) await readNeeded(context, oid, where)
  const branch = { ref: machineRef(machine), oid: machine.oid }
  return lineageFrom({ id, head, machine: branch }, { tree, createdAt, last: { oid: id, sequence: 0 } })
}

function lineageFrom(
  { id, head, machine }: { readonly id: string; readonly head: string; readonly machine?: MachineBranch },
  from: { readonly tree: string; readonly createdAt: number; readonly last: CommitPoint },
): Lineage {
  const { tree, createdAt, last } = from
  const decode = batchDecoder({ run: id, tree, createdAt })
  return { id, head, machine, decode, last, fault: undefined }
}

/** The new commits of some runs, the oldest first. */
async function newCommits(
  context: RepositoryContext,
  due: readonly Lineage[],
): Promise<AsyncIterable<readonly ReadObject[]> | Iterable<readonly ReadObject[]>> {
  const [{ head, last }] = due as [Lineage]
  const newest = due.length === 1 ? (await readHead(context, head))?.commit : undefined
  const many = newest === undefined ? Number.POSITIVE_INFINITY : newest.sequence - last.sequence
  if (many <= FEW_COMMITS) {
    const names = Array.from({ length: many }, (_, at) => `${head}~${many - 1 - at}`)
    const objects = (await Promise.all(names.map(context.read))).filter((object) => object !== undefined)
    const [first] = objects
    // If the date of the head is wrong, there are more or fewer commits.
    if (first !== undefined && decodeCommit(first)?.parent === last.oid) return [objects]
  }
  const heads = due.flatMap((run) => (run.machine === undefined ? [run.head, `^${run.last.oid}`] : [run.head]))
  return streamCommits(context, heads)
}

/** Follows runs as far as they are right. */
async function walk(context: RepositoryContext, lineages: readonly Lineage[]): Promise<undefined> {
  const due = lineages.filter((lineage) => !hasArrived(lineage))
  if (due.length === 0) return
  /** By the oid of the parent of the next batch. */
  const expected = new Map(due.map((lineage) => [lineage.last.oid, lineage]))
  for await (const objects of await newCommits(context, due)) {
    for (const object of objects) {
      const parent = parentOfBatch(object, context.format)
      const lineage = expected.get(parent)
      if (lineage === undefined || hasArrived(lineage)) continue
      expected.delete(parent)
      follow(lineage, object)
      if (lineage.fault === undefined) expected.set(object.oid, lineage)
    }
  }
  return undefined
}

/** Takes a commit whose parent is the last one of a run: it is the next batch, or it is a fault. */
function follow(lineage: Lineage, object: ReadObject): void {
  try {
    const { oid } = lineage.decode(object, lineage.last)
    lineage.last = { oid, sequence: lineage.last.sequence + 1 }
  } catch (thrown) {
    lineage.fault = thrown as GitError
  }
}

/** Why a run was not found ahead. */
async function judge(context: RepositoryContext, run: Candidate, lineage: Lineage | undefined): Promise<Verdict> {
  if (lineage?.fault !== undefined) return lineage.fault
  const { id, head, local } = run
  if (local?.oid === head) return { is: 'known' }
  const common = local === undefined ? undefined : await commonAncestor(context.git, local.oid, head)
  const shared = common === undefined ? undefined : await readHead(context, common)
  // Two runs of one machine share only the commit of the machine, which has no parent.
  if (local === undefined || shared?.commit?.parent === undefined) {
    return corrupt(head, `the history that ends there does not begin with ${id}`, { run: id })
  }
  if (shared.oid === head) return { is: 'known' }
  const other = await beginAt(context, { id, head, at: shared.oid })
  await walk(context, [other])
  if (other.fault !== undefined) return other.fault
  if (!hasArrived(other)) {
    return corrupt(head, 'not every commit that leads there is a batch', { run: id, sequence: shared.sequence + 1 })
  }
  if (shared.oid === local.oid) return { is: 'ahead', sequence: other.last.sequence, machine: undefined }
  return new GitError(
    'HISTORY_DIVERGED',
    `the run ${id} has two different continuations: here up to sequence ${local.sequence}, at the remote up to ` +
      `${other.last.sequence}; sequence ${shared.sequence} is the last that they share; nothing was moved: keep the one at the remote, ` +
      'and send it the events that were sent here, as docs/git.md shows',
    { run: id, sequence: shared.sequence, heads: { recorded: local.oid, remote: head, common: shared.oid } },
  )
}
