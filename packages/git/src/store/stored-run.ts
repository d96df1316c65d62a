// A run as the store sees it: its ref, and the latest receipt of an append that was made.

import type { Head } from '@xmachines/core/store'
import { GitError } from '../git-error.ts'
import { isOid } from '../objects/object-id.ts'
import type { StoredReceipt } from '../objects/receipt-commit.ts'
import { isAncestor } from '../read/ancestry.ts'
import { type FoundRun, findRun, headFault } from '../read/find-run.ts'
import { type FoundReceipts, findReceipts } from '../record/receipt-chain.ts'
import { receiptRef } from '../refs/ref-names.ts'
import type { RepositoryContext } from '../repository-context.ts'

/**
 * Finds a run; undefined if the repository does not have it.
 * @throws {GitError} if it may be there and cannot be read
 */
export async function findStored(context: RepositoryContext, id: string): Promise<FoundRun | undefined> {
  if (!isOid(id, context.format)) return undefined
  try {
    const found = await findRun(context, id)
    const fault = headFault(found)
    if (fault !== undefined) throw fault
    return found
  } catch (thrown) {
    if (thrown instanceof GitError && thrown.code === 'RUN_MISSING') return undefined
    throw thrown
  }
}

/** The receipts of a run. Read after its head: receipts of appends after that head do not count. */
export function receiptsOf(
  context: RepositoryContext,
  run: Pick<FoundRun, 'id' | 'head' | 'sequence' | 'machine'>,
): Promise<FoundReceipts> {
  return findReceipts(context, receiptRef(run.machine.name, run.id), (receipt) => wasMade(context, run, receipt))
}

/** Where a run ends, and which run has taken its place. */
export function endOf({ head, sequence }: Pick<FoundRun, 'head' | 'sequence'>, { latest }: FoundReceipts): Head {
  const successor = latest?.stored?.successor
  return { head, sequence, ...(successor !== undefined && { successor }) }
}

/** Whether the history of a run has the batch that a receipt names. */
async function wasMade(
  context: RepositoryContext,
  { head, sequence }: Pick<FoundRun, 'head' | 'sequence'>,
  receipt: StoredReceipt,
): Promise<boolean> {
  if (receipt.sequence > sequence) return false
  if (receipt.sequence === sequence) return receipt.head === head
  // Only if an import or a fetch has continued the run, or somebody has moved its ref back.
  if (!isOid(receipt.head, context.format) || (await context.read(receipt.head)) === undefined) return false
  return await isAncestor(context.git, { ancestor: receipt.head, head })
}
