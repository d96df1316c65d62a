// Leases: a ref beside that of the run, which points to a blob, and moves by compare-and-swap.

import { type LeaseCells, missing } from '@xmachines/core/store'
import { encodeLease, readLease } from '../objects/lease-blob.ts'
import type { OutputRange } from '../objects/receipt-commit.ts'
import type { FoundRun } from '../read/find-run.ts'
import { type OutputsSoFar, outputsSoFar } from '../record/settled-outputs.ts'
import { RefMismatch } from '../refs/ref-moves.ts'
import { leaseRef } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { writePortion } from '../write/write-portion.ts'
import type { GitStoreParts } from './git-store.ts'
import { findStored, receiptsOf } from './stored-run.ts'

/** The cells of leases, and what those who take one have counted. */
export interface CountingCells extends LeaseCells {
  /** Whether an output came from elsewhere, after some that have not settled here, and was counted by who takes the lease. */
  hasPassed(id: string, position: number): boolean
}

/** The leases of a repository. */
export function leaseCells({ context, writer }: GitStoreParts): CountingCells {
  /** Outputs that those who hold or want a lease have counted, by run: how many there are up to a sequence. */
  const counts = new Map<string, { readonly sequence: number; readonly position: number }>()
  /** Outputs that came after some that have not settled, by run. */
  const passed = new Map<string, OutputRange>()

  /** Counts outputs up to a sequence, once for all who ask again and again. */
  async function count(id: string, sequence: number, positionAt: (sequence: number) => Promise<number>) {
    const known = counts.get(id)
    if (known?.sequence === sequence) return known.position
    const position = await positionAt(sequence)
    counts.set(id, { sequence, position })
    return position
  }

  return {
    async read(id, { positionAt } = { owner: '', ttl: 0 }) {
      const run = await findLeased(context, id)
      const [found, outputs] = await Promise.all([leaseOf(context, run), outputsOf(context, run)])
      const { position: from, settled, uncounted, arrived } = outputs
      const lease = found?.lease ?? { owner: undefined, ttl: 0, beat: 0 }
      if (arrived !== undefined && positionAt !== undefined) {
        passed.set(id, { from, to: await count(id, arrived, positionAt) })
      }
      if (uncounted === undefined) return { ...lease, settled }
      if (positionAt === undefined) return { ...lease, settled: Number.POSITIVE_INFINITY }
      return { ...lease, settled: Math.max(settled, await count(id, uncounted, positionAt)) }
    },
    async swap(id, expectedBeat, next) {
      const run = await findLeased(context, id)
      const found = await leaseOf(context, run)
      if ((found?.lease.beat ?? 0) !== expectedBeat) return false
      const isCounted = Number.isFinite(next.settled)
      const settled = isCounted ? next.settled : (await outputsOf(context, run)).settled
      // Whoever waits for the lease may have counted more than its holder knows.
      const known = counts.get(id)
      const counted = known !== undefined && settled >= known.position ? known.sequence : (found?.lease.counted ?? -1)
      const blob = encodeLease(context.format, id, { ...next, settled, counted })
      const failure = await writePortion(writer, {
        move: { ref: leaseRef(run.machine.name, id), from: found?.oid, to: blob.oid },
        fill: (pack) => pack.addShared(blob.oid, blob.bytes),
      })
      if (failure !== undefined && !(failure instanceof RefMismatch)) throw failure
      if (next.owner === undefined) {
        counts.delete(id)
        passed.delete(id)
      }
      // Without an answer too: the ref points to what another has written, so the lease is not held here.
      return failure === undefined
    },
    hasPassed(id, position) {
      const range = passed.get(id)
      return range !== undefined && range.from <= position && position < range.to
    },
  }
}

async function findLeased(context: RepositoryContext, id: string): Promise<FoundRun> {
  const run = await findStored(context, id)
  if (run === undefined) throw missing(id)
  return run
}

function leaseOf(context: RepositoryContext, { id, machine }: FoundRun): ReturnType<typeof readLease> {
  return readLease(context, leaseRef(machine.name, id))
}

async function outputsOf(context: RepositoryContext, run: FoundRun): Promise<OutputsSoFar> {
  return await outputsSoFar(context, run, (await receiptsOf(context, run)).latest)
}
