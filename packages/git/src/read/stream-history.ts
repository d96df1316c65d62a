// Streams a history out of a repository: `git rev-list` piped into `git cat-file`, without passing through this
// process.

import type { BatchRecord, HistoryRecord, RunEvent } from '@xmachines/core'
import { type BatchDecoder, batchDecoder, type CommitPoint } from '../objects/batch-commit.ts'
import { decodeCommit } from '../objects/commit.ts'
import { decodeGenesis, type Genesis } from '../objects/genesis-commit.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import { corrupt, endOf, objectParser, type ReadObject } from '../objects/object-stream.ts'
import { whyUnreadable } from '../objects/passed-over.ts'
import type { GitProgram } from '../process/git-program.ts'
import { allowExit, keepAlive } from '../process/keep-alive.ts'
import { patiently, WALK_PATIENCE } from '../process/patience.ts'

/** A repository that histories are read from. */
export interface HistorySource extends ObjectSource {
  readonly git: GitProgram
  readonly gitDirectory: string
}

/**
 * The records of a run, in groups as they arrive, each verified.
 * @param run its id, and the oid of its last record, which exists
 * @throws {GitError} `OBJECT_CORRUPT`, with the sequence at which the history breaks
 */
export async function* streamRecords(
  source: HistorySource,
  { id, head }: { readonly id: string; readonly head: string },
): AsyncGenerator<readonly HistoryRecord<RunEvent>[], void, undefined> {
  let next: ((object: ReadObject) => BatchRecord<RunEvent>) | undefined
  let last = ''
  for await (const objects of streamCommits(source, [head])) {
    const group: HistoryRecord<RunEvent>[] = []
    let fault: unknown
    try {
      for (const object of objects) {
        last = object.oid
        if (next !== undefined) group.push(next(object))
        else if (object.oid === id) {
          const genesis = await decodeGenesis(source, object)
          next = batchesAfter(genesis, { oid: id, sequence: 0 })
          group.push(genesis.record)
        }
        // The commit of the machine comes before the genesis, which was compared with it.
      }
    } catch (thrown) {
      fault = thrown
    }
    // What is right before a fault is read all the same.
    if (group.length > 0) yield group
    if (fault !== undefined) throw fault
  }
  if (next === undefined) throw corrupt(head, `the history that ends there does not begin with ${id}`, { run: id })
  if (last !== head) throw corrupt(head, `the history that leads there ends at ${last}`, { run: id })
}

/** The batches of a run after one of its commits, up to a head. */
export async function* streamBatchesAfter(
  source: HistorySource,
  genesis: Genesis,
  { after, head }: { readonly after: CommitPoint; readonly head: string },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  const next = batchesAfter(genesis, after)
  for await (const objects of streamCommits(source, [head, `^${after.oid}`])) yield* decoded(objects, next)
}

/** The batches of a run from a sequence to a commit. */
export async function* streamBatches(
  source: HistorySource,
  genesis: Genesis,
  { from, to }: { readonly from: number; readonly to: CommitPoint },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  let next: ((object: ReadObject) => BatchRecord<RunEvent>) | undefined
  // The commit before the first batch is read too: it must have the sequence before.
  for await (const objects of streamCommits(source, [to.oid], { most: to.sequence - from + 2 })) {
    const [first] = objects as [ReadObject, ...ReadObject[]]
    if (next === undefined) {
      next = batchesAfter(genesis, beginAt(genesis, first, from - 1))
      objects.shift()
    }
    // Each commit names its parent, and the oid of the last is known: so if the last is right, the first is too.
    yield* decoded(objects, next)
  }
}

/** The batches of a run from a commit back to a sequence, the latest first. */
export async function* streamBatchesBack(
  source: HistorySource,
  genesis: Genesis,
  { from, to }: { readonly from: number; readonly to: CommitPoint },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  const { record, tree } = genesis
  const where = { run: record.oid }
  const decode = batchDecoder({ run: record.oid, tree, createdAt: record.createdAt })
  // One object for all batches: a history may have millions of them.
  const due = { oid: to.oid, sequence: to.sequence }
  const back = (object: ReadObject): BatchRecord<RunEvent> => {
    const { oid, sequence } = due
    if (object.oid !== oid) throw corrupt(oid, `Git found ${object.oid} in its place`, { ...where, sequence })
    const batch = decode(object, { oid: parentOf(object), sequence: sequence - 1 })
    due.oid = batch.parent
    due.sequence--
    return batch
  }
  for await (const objects of streamCommits(source, [to.oid], { most: to.sequence - from + 2, back: true })) {
    yield* decoded(objects.slice(0, Math.max(0, due.sequence - from + 1)), back)
    // The one before the first batch must have the sequence before.
    if (due.sequence !== from - 1) continue
    const before = objects.at(-1) as ReadObject
    if (before.oid === due.oid) {
      beginAt(genesis, before, due.sequence)
      return
    }
  }
  throw corrupt(due.oid, 'the history that leads there is incomplete', { ...where, sequence: due.sequence })
}

/** The decoded objects; what is right before a fault comes before it. */
function* decoded(
  objects: readonly ReadObject[],
  decode: (object: ReadObject) => BatchRecord<RunEvent>,
): Generator<readonly BatchRecord<RunEvent>[], void, undefined> {
  const batches: BatchRecord<RunEvent>[] = []
  try {
    for (const object of objects) batches.push(decode(object))
  } catch (thrown) {
    if (batches.length > 0) yield batches
    throw thrown
  }
  if (batches.length > 0) yield batches
}

/** A commit of a run that was found where one with this sequence must be: its own bytes must say so. */
function beginAt({ record, tree }: Genesis, object: ReadObject, sequence: number): CommitPoint {
  const { oid: run, createdAt } = record
  if (sequence > 0) {
    batchDecoder({ run, tree, createdAt })(object, { oid: parentOf(object), sequence: sequence - 1 })
  } else if (object.oid !== run) {
    throw corrupt(object.oid, `the history does not begin with ${run}`, { run, sequence })
  }
  return { oid: object.oid, sequence }
}

function parentOf(object: ReadObject): string {
  return decodeCommit(object)?.parent ?? ''
}

/** Decodes the batches that follow a commit, each the child of the previous one. */
function batchesAfter({ record, tree }: Genesis, after: CommitPoint): (object: ReadObject) => BatchRecord<RunEvent> {
  const { oid: run, createdAt } = record
  const decode: BatchDecoder = batchDecoder({ run, tree, createdAt })
  // One object for all batches: a history may have millions of them.
  const previous = { oid: after.oid, sequence: after.sequence }
  return (object) => {
    const batch = decode(object, previous)
    previous.oid = batch.oid
    previous.sequence++
    return batch
  }
}

/**
 * The commits that lead to some heads, the oldest first.
 * @param heads oids; `^` and an oid leaves out the commits that lead there
 * @param options for a single head: `most` is how many commits to read, the last ones; `back` gives the latest first
 */
export async function* streamCommits(
  source: HistorySource,
  heads: readonly string[],
  { most, back = false }: { readonly most?: number; readonly back?: boolean } = {},
): AsyncGenerator<ReadObject[]> {
  const { git, format } = source
  // The last commits of a single head need no sorting, which would walk all of them.
  const order = most === undefined ? '--topo-order' : `--max-count=${most}`
  const list = git.start(['rev-list', ...(back ? [] : ['--reverse']), order, '--stdin'])
  const [head = ''] = heads
  list.stdin.end(heads.map((oid) => `${oid}\n`).join(''))
  const children = [list]
  const ends = [endOf(list, 'rev-list', head)]
  try {
    const content = git.start(['cat-file', '--batch', '--buffer'], list.stdout)
    // The pipe belongs to the two: if this process kept it open, neither would notice the other's end.
    list.stdout.destroy()
    children.push(content)
    ends.push(endOf(content, 'cat-file', head))
    const parse = objectParser(format)
    for await (const chunk of patiently(content.stdout, children, WALK_PATIENCE)) {
      const objects = parse(chunk)
      for (const [at, { oid, type }] of objects.entries()) {
        if (type === 'missing') objects[at] = await readAgain(source, oid)
      }
      if (objects.length === 0) continue
      // A reader that does not continue must not keep this process alive.
      for (const child of children) allowExit(child)
      yield objects
      for (const child of children) keepAlive(child)
    }
    // In this order: if cat-file ended early, rev-list did so because of it.
    for (const end of ends.toReversed()) await end
  } finally {
    for (const child of children) {
      // A reader that stops waits for their end.
      keepAlive(child)
      if (child.exitCode === null) child.kill('SIGKILL')
    }
    await Promise.allSettled(ends)
  }
}

/** Reads an object that a stream did not find: a repacking may have moved it at that moment. */
async function readAgain(source: HistorySource, oid: string): Promise<ReadObject> {
  const object = await source.read(oid)
  if (object === undefined) throw (await whyUnreadable(source, oid)) ?? corrupt(oid, 'it is missing')
  return object
}
