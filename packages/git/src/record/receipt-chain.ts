// The receipts of a run: which append put a batch into its history. They are read at the start of a recorder, after a
// lost race, and after a lost answer.

import type { Recordable } from '../core-internals.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import { decodeReceipt, type StoredReceipt } from '../objects/receipt-commit.ts'

/** Where the next receipt of a run goes. */
export interface ReceiptTip {
  /** Where their ref points; undefined if it does not exist. */
  readonly at: string | undefined
  /** The latest receipt of an append that was made. */
  readonly previous: string | undefined
  /** How many receipts its chain has. */
  readonly count: number
}

/** The receipts of a run, as they were found. */
export interface FoundReceipts {
  readonly tip: ReceiptTip
  readonly latest: StoredReceipt | undefined
}

/**
 * Finds the latest receipt of an append that was made. A Git that was killed may have left one whose append was not made,
 * and so does a ref that somebody moved back. The next receipt takes its place.
 * @param wasMade whether the batch that a receipt names is in the history; undefined if there is no history
 */
export async function findReceipts(
  source: ObjectSource,
  ref: string,
  wasMade: ((receipt: StoredReceipt) => boolean | Promise<boolean>) | undefined,
): Promise<FoundReceipts> {
  const object = await source.read(ref)
  let latest = object === undefined || wasMade === undefined ? undefined : decodeReceipt(object)
  while (latest !== undefined && (await wasMade?.(latest)) !== true) latest = await before(source, latest)
  const { oid: previous, count = 0 } = latest ?? {}
  return { tip: { at: object?.oid, previous, count }, latest }
}

/** What the receipts say about the batches that a run has in common with a ref. */
export interface OwnBatches {
  /** The sequence up to which they are the run's own. */
  readonly sequence: number
  /** Whether receipts are missing that could say more. */
  readonly unknown: boolean
}

/**
 * Finds out up to which sequence the run itself appended its batches.
 * @param shared the sequence of the last batch that the ref has in common with the run
 */
export async function ownBatches(
  source: ObjectSource,
  history: Pick<Recordable<unknown, unknown, unknown>, 'owned' | 'unsettled'>,
  { latest, shared }: { readonly latest: StoredReceipt | undefined; readonly shared: number },
): Promise<OwnBatches> {
  const { owned: least } = history
  if (shared <= least) return { sequence: shared, unknown: false }
  const newer: StoredReceipt[] = []
  let one = latest
  for (; one !== undefined && one.sequence > least; one = await before(source, one)) newer.push(one)
  // From here on nothing is awaited: another recorder of this run may get its answer at any time.
  let sequence = Math.min(history.owned, shared)
  for (const receipt of newer.toReversed()) {
    if (receipt.sequence <= sequence) continue
    if (receipt.after > sequence || !history.unsettled.has(receipt.token)) break
    sequence = receipt.sequence
  }
  const reachesBack = one !== undefined || (newer.at(-1)?.after ?? shared) <= least
  return { sequence, unknown: sequence < shared && !reachesBack && history.unsettled.size > 0 }
}

/** The receipt before one; undefined if there is none, or Git has collected it. */
export async function before(source: ObjectSource, { previous }: StoredReceipt): Promise<StoredReceipt | undefined> {
  const object = previous === undefined ? undefined : await source.read(previous)
  return object === undefined ? undefined : decodeReceipt(object)
}
