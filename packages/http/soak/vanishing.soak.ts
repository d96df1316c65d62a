/** 10,000 connections come and go in every way. CONNECTIONS sets the number. */
import { expect, test } from 'vitest'
import { NOTHING, vanish } from '../test/vanishing.ts'

test('nothing is left of connections whose clients vanish', async () => {
  const connections = Number(process.env['CONNECTIONS'] ?? '10000')
  const { left, most } = await vanish(connections)
  console.log(`${connections} connections, ${most} streams at a time`)
  expect(left).toEqual(NOTHING)
  expect(most).toBeGreaterThan(0)
})
