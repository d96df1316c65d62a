// How far the outputs of a run have settled. Receipts say how many outputs there are after each append. Batches that came in
// another way (by a fetch, a push, an import, or before receipts said so) have no receipt: their outputs were handled where they
// came from, so they have settled. Nobody can count them without the machine, so they are known by the sequence that they reach.

import { type FoundLease, readLease } from '../objects/lease-blob.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import type { StoredDetails, StoredReceipt } from '../objects/receipt-commit.ts'
import { leaseRef } from '../refs/ref-names.ts'

/** How far the outputs of a run are. */
export interface OutputsSoFar {
  /** Outputs since the genesis, as far as they were counted. */
  readonly position: number
  /** The position up to which every output has settled, as far as they were counted. Before `position` if some have not. */
  readonly settled: number
  /** The outputs of the batches up to this sequence have settled too, and were not counted; undefined if all were. */
  readonly uncounted: number | undefined
}

/** A run, as its refs describe it. */
export interface RunAt {
  readonly id: string
  readonly machine: { readonly name: string }
  readonly sequence: number
}

/**
 * Finds out how far the outputs of a run are.
 * @param latest the latest receipt of an append that was made
 */
export async function outputsSoFar(
  source: Pick<ObjectSource, 'read'>,
  { id, machine, sequence }: RunAt,
  latest: StoredReceipt | undefined,
): Promise<OutputsSoFar> {
  return judge(sequence, latest, await readLease(source, leaseRef(machine.name, id)))
}

function judge(sequence: number, latest: StoredReceipt | undefined, found: FoundLease | undefined): OutputsSoFar {
  const { settled: kept = 0, counted = -1 } = found?.lease ?? {}
  const stored = latest?.stored
  const settled = Math.max(stored?.settled ?? 0, kept)
  const hasSettled = settled >= (stored?.position ?? 0)
  if (stored !== undefined && (latest?.sequence === sequence || !hasSettled)) {
    const { position, uncounted = -1 } = stored
    return { position, settled, uncounted: uncounted > counted && !hasSettled ? uncounted : undefined }
  }
  // What came after the latest append has settled, as all before it has.
  return { position: settled, settled, uncounted: counted === sequence ? undefined : sequence }
}

/** What the next receipt says about outputs that settled before its append. */
export type SettledDetails = Pick<StoredDetails, 'settled' | 'uncounted'>

/**
 * What the receipt of the next append says about outputs that settled before.
 * @param start the outputs before the append, if they are known
 */
export async function settledBefore(
  source: Pick<ObjectSource, 'read'>,
  run: RunAt,
  { latest, start }: { readonly latest: StoredReceipt | undefined; readonly start: number | undefined },
): Promise<SettledDetails> {
  const stored = latest?.stored
  // The run continues from its latest receipt, which says it already.
  if (stored !== undefined && latest?.sequence === run.sequence) return stored
  const { position, settled, uncounted } = await outputsSoFar(source, run, latest)
  if (stored !== undefined && settled < position) return stored
  return start === undefined ? { settled, uncounted } : { settled: Math.max(settled, start), uncounted: undefined }
}
