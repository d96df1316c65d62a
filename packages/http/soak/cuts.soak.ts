/** 1,000 batches through two servers, with connections that are cut at random. BATCHES sets the number. */
import { expect, test } from 'vitest'
import { cutRounds } from '../test/cuts.ts'
import type { Kind } from '../test/places.ts'

test.each<Kind>(['git', 'postgres'])(
  'each batch is applied once or refused to its sender, though connections are cut: %s',
  async (kind) => {
    const batches = Number(process.env['BATCHES'] ?? '1000')
    const { applied, refused, heads, ...found } = await cutRounds(kind, batches)
    const { retried, cuts } = found
    console.log(`${kind}: ${applied} applied, ${refused} refused, ${retried} sent again, ${JSON.stringify(cuts)}`)
    expect(found).toMatchObject({ misplaced: [], unaccounted: 0, strange: {} })
    expect(applied + refused).toBe(batches)
    expect(new Set(heads).size).toBe(1)
    for (const count of Object.values(cuts)) expect(count).toBeGreaterThan(0)
  },
)
