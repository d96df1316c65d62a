// Reads records for the store. A few at the end of a run are read by name, which is cheaper than starting a walk: so a
// follower starts no process for each batch.

import { missing, type ReadOptions, type StoredRecord } from '@xmachines/core/store'
import { batchDecoder, parentOfBatch } from '../objects/batch-commit.ts'
import { readGenesis } from '../objects/genesis-commit.ts'
import { readNeeded } from '../objects/object-reader.ts'
import { corrupt, type ReadObject } from '../objects/object-stream.ts'
import type { FoundRun } from '../read/find-run.ts'
import { FEW_COMMITS, streamRange } from '../read/history-range.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { findStored } from './stored-run.ts'

/** The records of a run from a sequence to another, each verified. */
export async function* readStored(
  context: RepositoryContext,
  id: string,
  { from, to = Number.POSITIVE_INFINITY }: ReadOptions,
): AsyncGenerator<StoredRecord, void> {
  const run = await findStored(context, id)
  if (run === undefined) throw missing(id)
  const last = Math.min(to, run.sequence)
  if (from > last) return
  const isShort = Number.isInteger(from) && from > 0 && last === run.sequence && last - from < FEW_COMMITS
  if (isShort) yield* readLast(context, run, from)
  else for await (const group of streamRange(context, id, { from, to: last })) yield* group
}

/** The batches from a sequence to the head. What is right before a fault comes before it. */
async function* readLast(
  context: RepositoryContext,
  { id, head, sequence: last }: FoundRun,
  from: number,
): AsyncGenerator<StoredRecord, void> {
  const { record, tree } = await readGenesis(context, id)
  const decode = batchDecoder({ run: id, tree, createdAt: record.createdAt })
  const objects: { readonly object: ReadObject; readonly sequence: number }[] = []
  let oid = head
  // The one before the first is read too: it must have the sequence before.
  for (let sequence = last; sequence >= Math.max(from - 1, 1); sequence--) {
    const object = await readNeeded(context, oid, { run: id, sequence })
    objects.push({ object, sequence })
    oid = parentOfBatch(object, context.format)
  }
  if (from === 1 && oid !== id) throw corrupt(oid, `the history does not begin with ${id}`, { run: id, sequence: 0 })
  for (const { object, sequence } of objects.toReversed()) {
    const batch = decode(object, { oid, sequence: sequence - 1 })
    oid = object.oid
    if (sequence >= from) yield batch
  }
}
