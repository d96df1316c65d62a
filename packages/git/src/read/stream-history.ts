// Streams a history out of a repository: `git rev-list` piped into `git cat-file`, without passing through this
// process.

import type { BatchRecord, HistoryRecord, RunEvent } from '@xmachines/core'
import { type BatchDecoder, batchDecoder, type CommitPoint } from '../objects/batch-commit.ts'
import { decodeCommit } from '../objects/commit.ts'
import { decodeGenesis, type Genesis } from '../objects/genesis-commit.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import { corrupt, endOf, objectParser, type ReadObject } from '../objects/object-stream.ts'
import type { GitProgram } from '../process/git-program.ts'
import { allowExit, keepAlive } from '../process/keep-alive.ts'

/** A repository that histories are read from. */
export interface HistorySource extends ObjectSource {
  readonly git: GitProgram
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
  for await (const objects of streamCommits(source, [head])) {
    const group: HistoryRecord<RunEvent>[] = []
    for (const object of objects) {
      if (next !== undefined) group.push(next(object))
      else if (object.oid === id) {
        const genesis = await decodeGenesis(source, object)
        next = batchesAfter(genesis, { oid: id, sequence: 0 })
        group.push(genesis.record)
      }
      // The commit of the machine comes before the genesis, which was compared with it.
    }
    if (group.length > 0) yield group
  }
  if (next === undefined) throw corrupt(head, `the history that ends there does not begin with ${id}`, { run: id })
}

/** The batches of a run after one of its commits, up to a head. */
export async function* streamBatchesAfter(
  source: HistorySource,
  genesis: Genesis,
  { after, head }: { readonly after: CommitPoint; readonly head: string },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  const next = batchesAfter(genesis, after)
  for await (const objects of streamCommits(source, [head, `^${after.oid}`])) yield objects.map(next)
}

/** The batches of a run from a sequence to a commit. */
export async function* streamBatches(
  source: HistorySource,
  genesis: Genesis,
  { from, to }: { readonly from: number; readonly to: CommitPoint },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  let next: ((object: ReadObject) => BatchRecord<RunEvent>) | undefined
  for await (const objects of streamCommits(source, [to.oid], { most: to.sequence - from + 1 })) {
    // Each commit names its parent, and the oid of the last is known: so if the last is right, the first is too.
    next ??= batchesAfter(genesis, { oid: parentOf(objects[0] as ReadObject), sequence: from - 1 })
    yield objects.map(next)
  }
}

function parentOf(object: ReadObject): string {
  return decodeCommit(object)?.parent ?? ''
}

/** Decodes the batches that follow a commit, each the child of the previous one. */
function batchesAfter({ record, tree }: Genesis, after: CommitPoint): (object: ReadObject) => BatchRecord<RunEvent> {
  const { oid: run, createdAt } = record
  const decode: BatchDecoder = batchDecoder({ run, tree, createdAt }, { strict: false })
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
 * @param options `most` is for a single head: how many commits to read, the last ones
 */
export async function* streamCommits(
  { git, format }: HistorySource,
  heads: readonly string[],
  { most }: { readonly most?: number } = {},
): AsyncGenerator<ReadObject[]> {
  // The last commits of a single head need no sorting, which would walk all of them.
  const order = most === undefined ? '--topo-order' : `--max-count=${most}`
  const list = git.start(['rev-list', '--reverse', order, '--stdin'])
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
    for await (const chunk of content.stdout) {
      const objects = parse(chunk as Buffer)
      const missing = objects.find(({ type }) => type === 'missing')
      if (missing !== undefined) throw corrupt(missing.oid, 'it is missing')
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
