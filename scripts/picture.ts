/**
 * Takes the pictures of the README: the introduction of a built Storybook, in light and dark.
 * Run `pnpm picture`, which builds Storybook first.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { chromium } from 'playwright'

import { chromiumLaunchOptions } from './chromium.ts'

const site = join(import.meta.dirname, '../node_modules/.cache/storybook-static')
const pictures = join(import.meta.dirname, '../docs/pictures')
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** Around the run, in pixels of the page. */
const MARGIN = 16

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const path = join(site, normalize(pathname))
  readFile(path).then(
    (content) => response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream').end(content),
    () => response.writeHead(404).end(),
  )
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const browser = await chromium.launch(chromiumLaunchOptions())

for (const scheme of ['light', 'dark'] as const) {
  const context = await browser.newContext({
    colorScheme: scheme,
    deviceScaleFactor: 2,
    viewport: { width: 980, height: 900 },
  })
  const page = await context.newPage()
  // The same ids in every picture.
  await page.clock.setFixedTime(new Date('2026-01-01'))
  await page.addInitScript(() => {
    crypto.getRandomValues = (array) => array
  })
  await page.goto(`http://127.0.0.1:${port}/iframe.html?id=introduction--docs&viewMode=docs`)
  for (const name of ['Add a cup', 'Add a cup', 'Pay', 'Refund', 'Add a cup', 'Pay']) {
    await page.getByRole('button', { name, exact: true }).click()
  }
  await page.locator('.diagram svg').waitFor()
  await page.locator('.machine-source [class^="sh__"]').first().waitFor()
  await page.getByRole('radio').nth(3).check()
  const box = await page.locator('.live-run').boundingBox()
  if (box === null) throw new Error('The introduction shows no run. Look at it in Storybook.')
  const clip = { x: box.x - MARGIN, y: box.y - MARGIN, width: box.width + 2 * MARGIN, height: box.height + 2 * MARGIN }
  await page.screenshot({ path: join(pictures, `run-${scheme}.png`), clip })
  await context.close()
}

await browser.close()
server.close()
