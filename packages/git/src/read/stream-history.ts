// Reads a history out of a repository: `git rev-list` piped into `git cat-file`, without a stop in this process.

import type { BatchRecord, HistoryRecord, RunEvent } from '@xmachines/core'
import { batchHeader } from '@xmachines/core/internal'
import { GitError } from '../git-error.ts'
import { type Genesis, readCommit, readGenesis } from '../objects/commit.ts'
import type { FormatName } from '../objects/object-id.ts'
import { corrupt, endOf, objectParser, type ReadObject } from '../objects/object-stream.ts'
import type { GitProgram } from '../process/git-program.ts'
import { holdOpen, letGo } from '../refs/ref-moves.ts'

/**
 * The records of a run, in groups as they come, each verified.
 * @param head the oid at which it ends, which exists
 * @param read reads single objects
 * @throws {GitError} `OBJECT_CORRUPT`, with the sequence at which the history breaks
 */
export async function* readHistory(
  git: GitProgram,
  format: FormatName,
  id: string,
  head: string,
  read: (oid: string) => Promise<ReadObject | undefined>,
): AsyncGenerator<readonly HistoryRecord<RunEvent>[], void, undefined> {
  let genesis: Genesis | undefined
  let records: BatchReader | undefined
  for await (const objects of readCommits(git, format, [head])) {
    const group: HistoryRecord<RunEvent>[] = []
    for (const object of objects) {
      if (records !== undefined) group.push(records(object))
      else if (object.oid === id) {
        genesis = await readGenesis(object, format, read)
        records = batchReader(genesis, id, 0)
        group.push(genesis.record)
      }
      // In front of the genesis is the commit of its machine, which the genesis was held against.
    }
    if (group.length > 0) yield group
  }
  if (genesis === undefined) throw corrupt(head, `the history that ends there does not begin with ${id}`, { run: id })
}

/** The batches of a run behind one of them. */
export async function* readBatches(
  git: GitProgram,
  format: FormatName,
  genesis: Genesis,
  after: { readonly oid: string; readonly sequence: number },
  head: string,
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  const read = batchReader(genesis, after.oid, after.sequence)
  for await (const objects of readCommits(git, format, [head, `^${after.oid}`])) yield objects.map(read)
}

/** The batches of a run from a sequence to one of them, whose oid is known. */
export async function* readPart(
  git: GitProgram,
  format: FormatName,
  genesis: Genesis,
  from: number,
  to: { readonly sequence: number; readonly oid: string },
): AsyncGenerator<readonly BatchRecord<RunEvent>[], void, undefined> {
  let read: BatchReader | undefined
  for await (const objects of readCommits(git, format, [to.oid], to.sequence - from + 1)) {
    // Each commit names the one before it, and the oid of the last is known: so the first is right where the last is.
    read ??= batchReader(genesis, readCommit(objects[0] as ReadObject)?.parent ?? '', from - 1)
    yield objects.map(read)
  }
}

type BatchReader = (object: ReadObject) => BatchRecord<RunEvent>

/** Reads the batches of a run, each the child of the one before. */
function batchReader({ record, tree }: Genesis, from: string, at: number): BatchReader {
  const { oid: run, createdAt } = record
  const [before, middle] = batchHeader(tree, createdAt)
  let parent = from
  let sequence = at
  return ({ oid, content, fault }) => {
    if (fault !== undefined) throw new GitError(fault.code, fault.message, { run, sequence: sequence + 1 })
    const header = `${before}${parent}${middle}${createdAt + ++sequence} +0000\n\n`
    const length = Buffer.byteLength(header)
    if (content.toString('latin1', 0, length) !== header) {
      throw corrupt(oid, `it is not batch ${sequence} of its run`, { run, sequence })
    }
    const made = { oid, parent, events: readEvents(content, length, { run, sequence, oid }) }
    parent = oid
    return made
  }
}

function readEvents(content: Buffer, from: number, where: { run: string; sequence: number; oid: string }): RunEvent[] {
  try {
    const message = content.toString('utf8', from, content.length - 1)
    const lines = message.includes('\n') ? message.split('\n') : [message]
    return lines.map((line) => JSON.parse(line) as RunEvent)
  } catch (thrown) {
    throw corrupt(where.oid, `batch ${where.sequence} is not one event a line: ${(thrown as Error).message}`, where)
  }
}

/**
 * The commits that lead to some heads, the oldest first; `^` and an oid leaves out those that lead there.
 * @param most of a single head: how many at most, the last of them
 */
export async function* readCommits(
  git: GitProgram,
  format: FormatName,
  heads: readonly string[],
  most?: number,
): AsyncGenerator<ReadObject[]> {
  // A single line of commits needs no sorting, which would walk all of it.
  const order = most === undefined ? '--topo-order' : `--max-count=${most}`
  const list = git.start(['rev-list', '--reverse', order, '--stdin'])
  const [head = ''] = heads
  list.stdin.end(heads.map((oid) => `${oid}\n`).join(''))
  const children = [list]
  const ends = [endOf(list, 'rev-list', head)]
  try {
    const content = git.start(['cat-file', '--batch', '--buffer'], list.stdout)
    // The pipe belongs to the two: as long as it were held here too, neither would see the other's end.
    list.stdout.destroy()
    children.push(content)
    ends.push(endOf(content, 'cat-file', head))
    const parse = objectParser(format)
    for await (const chunk of content.stdout) {
      const objects = parse(chunk as Buffer)
      const missing = objects.find(({ type }) => type === 'missing')
      if (missing !== undefined) throw corrupt(missing.oid, 'it is missing')
      if (objects.length === 0) continue
      // Who does not go on reading keeps no process alive.
      for (const child of children) letGo(child)
      yield objects
      for (const child of children) holdOpen(child)
    }
    // That the reader ended early is why the one that lists did.
    for (const end of ends.toReversed()) await end
  } finally {
    for (const child of children) {
      // Who stops reading waits for their end.
      holdOpen(child)
      if (child.exitCode === null) child.kill('SIGKILL')
    }
    await Promise.allSettled(ends)
  }
}
