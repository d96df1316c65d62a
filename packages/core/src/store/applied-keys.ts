// Whether a batch with an idempotency key was applied already, by this writer or another.

import { isAnswer } from './receipts.ts'
import type { Receipt, RunStore } from './run-store.ts'
import { storeErrorOf } from './store-error.ts'

/** A batch that was applied under a key. */
export interface AppliedBatch {
  /** Where it was applied; undefined if nobody knows that any more. */
  readonly receipt: Receipt | undefined
}

/**
 * The batch of a key; undefined if none was applied.
 * @param since the sequence that whoever asks knew when the key was new
 * @throws {StoreError} `UNKNOWN` if nobody knows any more whether one was applied
 */
export async function appliedUnder(
  store: RunStore,
  id: string,
  key: string,
  since: number,
): Promise<AppliedBatch | undefined> {
  try {
    const receipt = await store.receipt(id, key, since)
    return receipt && { receipt }
  } catch (thrown) {
    // The output has settled: it was answered, or needs no answer.
    if (isAnswer(id, key) && storeErrorOf(thrown)?.code === 'UNKNOWN') return { receipt: undefined }
    throw thrown
  }
}

/** Whether the batch of a key was applied, as `appliedUnder` says. */
export async function isApplied(store: RunStore, id: string, key: string, since: number): Promise<boolean> {
  return (await appliedUnder(store, id, key, since)) !== undefined
}
