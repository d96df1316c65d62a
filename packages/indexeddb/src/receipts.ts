// The receipts of keys: added with an append, and trimmed in the same transaction. That of a writer is in its last record.

import { isAnswer, KEPT_RECEIPTS, positionOfAnswer, type Receipt } from '@xmachines/core/store'
import type { IDBPTransaction } from 'idb'
import type { ReceiptKind, ReceiptRow, RunRow, Tables } from './database.ts'

type Transaction = IDBPTransaction<Tables, ('runs' | 'records' | 'receipts')[], 'readwrite'>

/** So many receipts may be kept beyond what must be, so that not every append trims. */
const SLACK = 128

/** A receipt to be kept. */
export interface NewReceipt extends Receipt {
  readonly key: string
}

/**
 * Keeps receipts, and trims older ones.
 * @returns what the row of the run says about its receipts after it
 */
export async function keepReceipts(
  transaction: Transaction,
  { id, receipts, completeAfter, lease }: RunRow,
  added: readonly NewReceipt[],
): Promise<Pick<RunRow, 'receipts' | 'completeAfter'>> {
  const counts = { ...receipts }
  let complete = completeAfter
  const table = transaction.objectStore('receipts')
  for (const { key, sequence, oid } of added) {
    const kind: ReceiptKind = isAnswer(id, key) ? 'answer' : 'key'
    const order = kind === 'answer' ? positionOfAnswer(id, key) : sequence
    counts[kind] += 1
    unawaited(table.put({ id, key, kind, order, sequence, oid }))
  }
  if (counts.key > KEPT_RECEIPTS + SLACK) {
    const oldest = await take(transaction, id, 'key', counts.key - KEPT_RECEIPTS)
    counts.key -= oldest.length
    for (const { sequence } of oldest) complete = Math.max(complete, sequence)
  }
  if (counts.answer > 0) {
    const answered = await take(transaction, id, 'answer', Number.POSITIVE_INFINITY, lease.settled)
    counts.answer -= answered.length
  }
  return { receipts: counts, completeAfter: complete }
}

/** Leaves the result of a request to its transaction, which fails if the request does. */
export function unawaited(request: Promise<unknown>): void {
  request.catch(() => undefined)
}

/** Deletes the oldest receipts of a kind: so many at most, and those before an order. */
async function take(
  transaction: Transaction,
  id: string,
  kind: ReceiptKind,
  most: number,
  before: number = Number.POSITIVE_INFINITY,
): Promise<ReceiptRow[]> {
  const range = IDBKeyRange.bound([id, kind, Number.NEGATIVE_INFINITY], [id, kind, before], false, true)
  const taken: ReceiptRow[] = []
  let cursor = await transaction.objectStore('receipts').index('trim').openCursor(range)
  while (cursor !== null && taken.length < most) {
    taken.push(cursor.value)
    await cursor.delete()
    cursor = await cursor.continue()
  }
  return taken
}
