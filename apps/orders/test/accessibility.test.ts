/** Every page in every state, as axe sees it: wide and in the light, narrow and in the dark. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import { afterAll, expect, test } from 'vitest'
import { openDesk } from './desk.ts'
import { addLamp, closeBrowser, visit } from './visitor.ts'

afterAll(closeBrowser)

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

test.each([
  [1280, 'light'],
  [390, 'dark'],
] as const)('no page has a barrier at a width of %i in %s', async (width, colorScheme) => {
  const desk = await openDesk({ samples: true })
  const { page, complaints } = await visit(desk.url, { staff: 'Ines', viewport: { width, height: 900 }, colorScheme })
  await addLamp(page, 'Pip')
  await page.goto('/staff')
  await page.getByText('Live', { exact: true }).waitFor()
  const orders = await page
    .locator('tbody a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  expect(orders).toHaveLength(9)
  for (const path of ['/', '/cart', '/staff', '/world', '/orders/none', ...orders]) {
    await page.goto(path)
    if (path === '/cart') await page.getByLabel('Name').waitFor()
    for (const summary of await page.locator('details > summary').all()) await summary.click()
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, width])
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    )
    expect(violations.map(({ id, nodes }) => [path, id, nodes.map(({ html }) => html)])).toEqual([])
  }
  expect(complaints).toEqual([])
})
