/** Many equal and different batches, with connections cut at random: a tenth of them in the tests, all in the soak. */
import type { Cut } from './client.ts'
import { type Disturb, everyBatchOnce, type Send } from './cut-lines.ts'
import type { Kind } from './places.ts'

const TYPES = ['NOTED', 'ADDED', 'TAKEN'] as const
const CUTS: readonly (Cut | undefined)[] = ['before', 'after', 'within', ...Array.from({ length: 12 }, () => undefined)]

/** Sends so many batches from four clients, and checks what has become of each. */
export async function thousandBatches(kind: Kind | 'memory', count = 1000): Promise<void> {
  const steps = Array.from({ length: count }, (): Send => {
    return { kind: 'send', client: below(4), type: TYPES[below(3)] ?? 'ADDED', isBatch: below(2) === 0 }
  })
  const disturbed = steps.flatMap((step): (Send | Disturb)[] => {
    if (below(5) > 0) return [step]
    return [step, { kind: below(4) === 0 ? 'drop' : 'wait', client: below(4) }]
  })
  const cuts = Array.from({ length: count }, () => CUTS[below(CUTS.length)])
  await everyBatchOnce(disturbed, cuts, kind)
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit)
}
