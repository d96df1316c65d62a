/** Connections that are cut at random: every batch is applied once, or refused to its sender, and all clients end at one head. */
import fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Cut } from './client.ts'
import { type Disturb, everyBatchOnce, type Send } from './cut-lines.ts'
import { quiet } from './quiet.ts'
import { thousandBatches } from './thousand-batches.ts'

quiet()

const cuts: fc.Arbitrary<Cut | undefined> = fc.constantFrom(
  'before',
  'after',
  'within',
  undefined,
  undefined,
  undefined,
)
const send = fc.record({
  kind: fc.constant('send' as const),
  client: fc.nat(3),
  type: fc.constantFrom('NOTED' as const, 'ADDED' as const, 'TAKEN' as const),
  isBatch: fc.boolean(),
})
const disturb = fc.record({ kind: fc.constantFrom('drop' as const, 'wait' as const), client: fc.nat(3) })
const steps: fc.Arbitrary<(Send | Disturb)[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: send }, { weight: 1, arbitrary: disturb }),
  { minLength: 1, maxLength: 25 },
)

describe('two servers on one store, with two clients each', () => {
  test('every batch is applied once or refused to its sender, and all end at one head, wherever connections are cut', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.array(cuts, { minLength: 5, maxLength: 25 }), (given, planned) =>
        everyBatchOnce(given, planned),
      ),
      {
        numRuns: 12,
        endOnFailure: true,
      },
    )
  })

  test.each(['memory', 'git', 'postgres'] as const)('the same of many batches: %s', async (kind) => {
    await thousandBatches(kind, 100)
  })
})
