// How far the outputs of a run have settled. Receipts say how many outputs there are after each append. Batches that came in
// another way (by a fetch, a push, an import, or before receipts said so) have no receipt: their outputs were handled where they
// came from, so they have settled. Nobody can count them without the machine, so they are known by the sequence that they reach.

import { type FoundLease, readLease } from '../objects/lease-blob.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import type { OutputRange, StoredDetails, StoredReceipt } from '../objects/receipt-commit.ts'
import { leaseRef } from '../refs/ref-names.ts'

/** How far the outputs of a run are. */
export interface OutputsSoFar {
  /** Outputs since the genesis, as far as they were counted. */
  readonly position: number
  /** The position up to which every output has settled, as far as they were counted. Before `position` if some have not. */
  readonly settled: number
  /** The outputs of the batches up to this sequence have settled too, and were not counted; undefined if all were. */
  readonly uncounted: number | undefined
  /** Outputs that were handled elsewhere, after some that have not settled here. */
  readonly passed: readonly OutputRange[]
  /** The sequence up to which such outputs came after `position`, and were not counted; undefined if none did. */
  readonly arrived: number | undefined
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
  const { settled, passed } = passOver(Math.max(stored?.settled ?? 0, kept), stored?.passed ?? [])
  const hasSettled = settled >= (stored?.position ?? 0)
  if (stored !== undefined && (latest?.sequence === sequence || !hasSettled)) {
    const { position, uncounted: known = -1 } = stored
    const uncounted = known > counted && !hasSettled ? known : undefined
    return { position, settled, uncounted, passed, arrived: latest?.sequence === sequence ? undefined : sequence }
  }
  // What came after the latest append has settled, as all before it has.
  const uncounted = counted === sequence ? undefined : sequence
  return { position: settled, settled, uncounted, passed: [], arrived: undefined }
}

/** Moves on over outputs that were handled elsewhere; gives those that are further on. */
function passOver(
  settled: number,
  ranges: readonly OutputRange[],
): { readonly settled: number; readonly passed: readonly OutputRange[] } {
  const [first, ...others] = ranges
  if (first === undefined || first.from > settled) return { settled, passed: ranges }
  return passOver(Math.max(settled, first.to), others)
}

/** What the next receipt says about outputs that came before its append. */
export type SettledDetails = Pick<StoredDetails, 'settled' | 'uncounted' | 'passed'>

/**
 * What the receipt of the next append says about outputs that came before it.
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
  const { position, settled, uncounted, passed } = await outputsSoFar(source, run, latest)
  if (settled < position) {
    const arrived = start !== undefined && start > position ? [{ from: position, to: start }] : []
    return { settled, uncounted, passed: [...passed, ...arrived] }
  }
  return start === undefined ? { settled, uncounted } : { settled: Math.max(settled, start) }
}
