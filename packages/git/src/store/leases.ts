// Leases: a ref beside that of the run, which points to a blob, and moves by compare-and-swap.

import { randomBytes } from 'node:crypto'
import { type LeaseCells, type LeaseRecord, missing } from '@xmachines/core/store'
import { gitObject } from '../core-internals.ts'
import { objectFormat } from '../objects/object-id.ts'
import { corrupt } from '../objects/object-stream.ts'
import { RefMismatch } from '../refs/ref-moves.ts'
import { leaseRef } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { writePortion } from '../write/write-portion.ts'
import type { GitStoreParts } from './git-store.ts'
import { findStored, receiptsOf } from './stored-run.ts'

/** The lease of a run, and where its ref points; undefined if it does not exist. */
interface FoundLease {
  readonly record: LeaseRecord
  readonly oid: string | undefined
  readonly ref: string
}

/** The leases of a repository. */
export function leaseCells({ context, writer }: GitStoreParts): LeaseCells {
  return {
    read: async (id) => (await findLease(context, id)).record,
    async swap(id, expectedBeat, next) {
      const { record, oid, ref } = await findLease(context, id)
      if (record.beat !== expectedBeat) return false
      // Two takers must never write the same blob: then a ref that points to it would not say who moved it.
      const text = JSON.stringify({ run: id, ...next, by: randomBytes(16).toString('hex') })
      const blob = gitObject(objectFormat(context.format), 'blob', `${text}\n`)
      const failure = await writePortion(writer, {
        move: { ref, from: oid, to: blob.oid },
        fill: (pack) => pack.addShared(blob.oid, blob.bytes),
      })
      if (failure === undefined) return true
      if (!(failure instanceof RefMismatch)) throw failure
      // Without an answer too: the ref points to what another has written, so the lease is not held here.
      return false
    },
  }
}

async function findLease(context: RepositoryContext, id: string): Promise<FoundLease> {
  const run = await findStored(context, id)
  if (run === undefined) throw missing(id)
  const ref = leaseRef(run.machine.name, id)
  const found = await readLease(context, ref)
  if (found !== undefined) return { ...found, ref }
  const { latest } = await receiptsOf(context, run)
  return { record: { owner: undefined, ttl: 0, beat: 0, settled: latest?.stored?.settled ?? 0 }, oid: undefined, ref }
}

/** The position up to which the outputs of a run have settled; `settled` is where they began. */
export async function settledOf(
  context: RepositoryContext,
  { id, name, settled }: { readonly id: string; readonly name: string; readonly settled: number },
): Promise<number> {
  return (await readLease(context, leaseRef(name, id)))?.record.settled ?? settled
}

async function readLease(
  { read }: RepositoryContext,
  ref: string,
): Promise<{ readonly record: LeaseRecord; readonly oid: string } | undefined> {
  const object = await read(ref)
  if (object === undefined) return undefined
  const { oid, type, content } = object
  const record = type === 'blob' ? parseLease(content.toString()) : undefined
  if (record === undefined) throw corrupt(oid, `${ref} points to it, and it is not a lease; delete that ref`)
  return { record, oid }
}

function parseLease(text: string): LeaseRecord | undefined {
  try {
    const { owner, ttl, beat, settled } = JSON.parse(text) as Record<string, unknown>
    if (typeof ttl !== 'number' || typeof beat !== 'number' || typeof settled !== 'number') return undefined
    return { owner: typeof owner === 'string' ? owner : undefined, ttl, beat, settled }
  } catch {
    return undefined
  }
}
