/** Two servers on one store, and connections that are cut at random. In full: `pnpm test:soak:http`. */
import { expect, test } from 'vitest'
import { cutRounds } from './cuts.ts'
import type { Kind } from './places.ts'

test.each<Kind>(['git', 'postgres'])(
  'each batch is applied once or refused to its sender, though connections are cut: %s',
  async (kind) => {
    const { applied, refused, heads, ...found } = await cutRounds(kind, 100)
    expect(found).toMatchObject({ misplaced: [], unaccounted: 0, strange: {} })
    expect(applied + refused).toBe(100)
    expect(new Set(heads).size).toBe(1)
    expect(found.retried).toBeGreaterThan(0)
  },
  120_000,
)
