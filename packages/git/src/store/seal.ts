// Seals runs. The seal is the last receipt of a run. Each append moves the ref of the receipts from where it found it, in one
// transaction with the ref of the run, so of an append and a seal that come at once only one is made.

import { randomBytes } from 'node:crypto'
import { checkSeal, missing, type RunStore } from '@xmachines/core/store'
import type { GitObject } from '../core-internals.ts'
import { decodeCommit } from '../objects/commit.ts'
import { readNeeded } from '../objects/object-reader.ts'
import { nextCount, receiptObjects } from '../objects/receipt-commit.ts'
import { pause } from '../process/pause.ts'
import type { FoundRun } from '../read/find-run.ts'
import { outputsSoFar, settledBefore } from '../record/settled-outputs.ts'
import { type MoveFailure, RefMismatch } from '../refs/ref-moves.ts'
import { machineRef, receiptRef } from '../refs/ref-names.ts'
import { writePortion } from '../write/write-portion.ts'
import type { GitStoreParts } from './git-store.ts'
import { keepsMoving } from './store-failure.ts'
import { endOf, findStored, receiptsOf } from './stored-run.ts'

/** How often to try again while others move the ref of the receipts, and not that of the run. */
const MOST_ROUNDS = 8

/**
 * Seals the runs of a repository.
 * @param onSealed called with the ref of a run that takes no more
 */
export function sealer(
  { context, writer, syncForeign }: GitStoreParts,
  onSealed: (ref: string) => void,
): NonNullable<RunStore['seal']> {
  return async (id, expected, successor) => {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const run = await findStored(context, id)
      if (run === undefined) throw missing(id)
      const receipts = await receiptsOf(context, run)
      if (!checkSeal(id, endOf(run, receipts), expected, successor)) return
      const failure = await seal(run, receipts, successor)
      if (failure === undefined) return onSealed(run.ref)
      if (!(failure instanceof RefMismatch)) throw failure
      // If Git died, the next round finds out whether it was made.
      await pause(round)
    }
    throw keepsMoving(`the receipts of the run ${id}`, context.directory)
  }

  async function seal(
    run: FoundRun,
    { tip, latest }: Awaited<ReturnType<typeof receiptsOf>>,
    successor: string,
  ): Promise<MoveFailure> {
    const { id, ref, head, sequence, machine, createdAt } = run
    const genesis = decodeCommit(await readNeeded(context, id, { run: id, sequence: 0 }))
    const { position } = await outputsSoFar(context, run, latest)
    const stored = {
      ...(await settledBefore(context, run, { latest, start: undefined })),
      position,
      successor,
      count: latest?.stored?.count ?? 0,
      keys: [],
    }
    const token = randomBytes(16).toString('hex')
    const { previous } = tip
    // What the chain has must be kept, so it does not begin again.
    const count = nextCount(tip.count, true)
    const objects = receiptObjects(
      { format: context.format, machine, createdAt },
      { after: sequence, sequence, head, token, previous, count, stored },
    )
    const receipt = { ref: receiptRef(machine.name, id), from: tip.at, to: (objects.at(-1) as GitObject).oid }
    const branch = { ref: machineRef(machine), oid: genesis?.parent as string }
    const failure = await writePortion(writer, {
      move: { ref, from: head, to: head, receipt },
      machine: branch,
      fill(pack) {
        for (const { oid, bytes } of objects) pack.addShared(oid, bytes)
      },
    })
    if (failure === undefined) await syncForeign([receipt.ref, ref, branch.ref])
    return failure
  }
}
