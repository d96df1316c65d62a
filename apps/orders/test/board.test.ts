/** The board with a hundred orders, which all move. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRun } from '@xmachines/core'
import { recordRun } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { afterAll, expect, test } from 'vitest'
import { order } from '../order/order.ts'
import { openDesk } from './desk.ts'
import { closeBrowser, soon, visit } from './visitor.ts'

afterAll(closeBrowser)

const MANY = 100

/** A folder of a shop with so many orders that wait to be packed. */
async function manyOrders(): Promise<{ folder: string; ids: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-desk-'))
  const repository = await openRepository(join(folder, 'orders.git'), { create: true })
  const ids: string[] = []
  for (let number = 0; number < MANY; number += 1) {
    const run = createRun(order)
    const when = Date.now()
    run.in.send({ type: 'ADD', sku: 'pip' })
    run.in.send({ type: 'PLACE', customer: 'somebody', by: 'customer', when })
    run.in.send({ type: 'PAID', attempt: 1, payment: 'paid', by: 'shop', when })
    // What has happened is not done again.
    await recordRun(run, repository.store).stop()
    ids.push(run.id)
  }
  await repository.close()
  return { folder, ids }
}

test('a hundred orders move on, and the board shows each of them where it is', async () => {
  const { folder, ids } = await manyOrders()
  const desk = await openDesk({ folder })
  const { page, complaints } = await visit(desk.url, { staff: 'Ines' })
  await page.goto('/staff')
  await page.getByText('Live', { exact: true }).waitFor()
  const rows = (place: string) => page.locator('tbody tr').filter({ hasText: place }).count()
  expect(await rows('To pack')).toBe(MANY)
  for (const type of ['PACK', 'SHIP']) {
    for (let at = 0; at < ids.length; at += 20) {
      const body = JSON.stringify({ type, by: 'Ines', when: Date.now() })
      const headers = { 'content-type': 'application/json', cookie: 'staff=Ines' }
      const sent = ids
        .slice(at, at + 20)
        .map((id) => fetch(`${desk.url}/api/r/${id}`, { method: 'PATCH', headers, body }).then(({ status }) => status))
      expect(new Set(await Promise.all(sent))).toEqual(new Set([200]))
    }
  }
  await expect.poll(() => rows('Shipped'), soon).toBe(MANY)
  expect(await page.getByRole('link', { name: `Shipped ${MANY}` }).count()).toBe(1)
  await page.getByRole('link', { name: /^Shipped/ }).click()
  await page.waitForURL(/at=shipped/)
  await expect.poll(() => page.locator('tbody tr').count(), soon).toBe(MANY)
  expect(complaints).toEqual([])
})
