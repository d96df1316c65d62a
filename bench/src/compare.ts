// Measures sides in pairs: ours, or a floor, beside a peer.

import { measure, type Side, type Timing } from './harness.ts'
import { type Bar, beside, type Line } from './verdict.ts'

/** Two sides, and what the first must reach beside the second. */
export type Pair = readonly [ours: Side, peer: Side, bar?: Bar]

/**
 * Measures all sides of some pairs in the same rounds, each side once.
 * @param row the name of the row
 * @param pairs one for each line
 */
export async function comparePairs(row: string, pairs: readonly Pair[]): Promise<Line[]> {
  const sides = [...new Set(pairs.flatMap(([ours, peer]) => [ours, peer]))]
  const timings = await measure(sides)
  const timingOf = (side: Side): Timing => timings[sides.indexOf(side)] as Timing
  return pairs.map(([ours, peer, bar]) => beside(row, timingOf(ours), timingOf(peer), bar))
}
