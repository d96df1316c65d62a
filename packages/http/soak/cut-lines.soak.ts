/** A thousand batches from four clients at two servers, with connections cut at random. ROUNDS sets how often. */
import { test } from 'vitest'
import { quiet } from '../test/quiet.ts'
import { thousandBatches } from '../test/thousand-batches.ts'

quiet()

test.each(['memory', 'git', 'postgres'] as const)(
  'every batch is applied once or refused to its sender, and all clients end at one head: %s',
  async (kind) => {
    const rounds = Number(process.env['ROUNDS'] ?? '10')
    for (let round = 0; round < rounds; round++) await thousandBatches(kind)
  },
)
