// Whether a batch with an idempotency key was applied already, by this writer or another.

import { isAnswer } from './receipts.ts'
import type { RunStore } from './run-store.ts'
import { storeErrorOf } from './store-error.ts'

/**
 * Whether the batch of a key was applied.
 * @param since the sequence that whoever asks knew when the key was new
 * @throws {StoreError} `UNKNOWN` if nobody knows that any more
 */
export async function isApplied(store: RunStore, id: string, key: string, since: number): Promise<boolean> {
  try {
    return (await store.receipt(id, key, since)) !== undefined
  } catch (thrown) {
    // The output has settled: it was answered, or needs no answer.
    if (isAnswer(id, key) && storeErrorOf(thrown)?.code === 'UNKNOWN') return true
    throw thrown
  }
}
