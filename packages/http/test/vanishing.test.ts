/** Nothing is left of connections that came and went. In full: `pnpm test:soak:http`. */
import { expect, test } from 'vitest'
import { NOTHING, vanish } from './vanishing.ts'

test('nothing is left of 1,000 connections whose clients vanish', async () => {
  const { left, most } = await vanish(1000)
  expect(left).toEqual(NOTHING)
  expect(most).toBeGreaterThan(0)
})
