/** The board with a hundred orders, which all move. */
import { afterAll, expect, test } from 'vitest'
import { openDesk } from './desk.ts'
import { manyOrders, moveAll } from './many-orders.ts'
import { closeBrowser, soon, visit } from './visitor.ts'

afterAll(closeBrowser)

const MANY = 100

test('a hundred orders move on, twenty in a second, and the board shows each of them where it is', async () => {
  const { folder, ids } = await manyOrders(MANY)
  const desk = await openDesk({ folder })
  const { page, complaints } = await visit(desk.url, { staff: 'Ines' })
  await page.goto('/staff')
  await page.getByText('Live', { exact: true }).waitFor()
  const rows = (place: string) => page.locator('tbody tr').filter({ hasText: place }).count()
  await expect.poll(() => rows('To pack'), soon).toBe(MANY)
  for (const type of ['PACK', 'SHIP'] as const) {
    expect(new Set(await moveAll(desk.url, ids, type))).toEqual(new Set([200]))
  }
  await expect.poll(() => rows('Shipped'), soon).toBe(MANY)
  expect(await page.getByRole('link', { name: `Shipped ${MANY}` }).count()).toBe(1)
  await page.getByRole('link', { name: /^Shipped/ }).click()
  await page.waitForURL(/at=shipped/)
  await expect.poll(() => page.locator('tbody tr').count(), soon).toBe(MANY)
  expect(complaints).toEqual([])
})
