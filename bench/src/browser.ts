/** `pnpm bench:browser`: measures in a page of Chromium. */
import { readFileSync } from 'node:fs'
import { chromium, type Page } from 'playwright'

import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { bundle } from './bundle.ts'
import { chosenRows } from './options.ts'
import { printTable, printVersions } from './report.ts'
import type { Line } from './verdict.ts'

const ORIGIN = 'http://localhost'

const { executablePath, args, env } = chromiumLaunchOptions()
const flags = [...args, '--js-flags=--expose-gc', '--enable-precise-memory-info']
const browser = await chromium.launch({ executablePath, args: flags, env })
try {
  const page = await browser.newPage()
  await serve(page, readFileSync(bundle(), 'utf8'))
  await page.goto(ORIGIN)
  const rowNames = await page.evaluate<readonly string[]>(`import('/rows.js').then((rows) => rows.rowNames)`)
  const chosen = chosenRows(rowNames)

  printVersions(`Chromium ${browser.version()}`)
  const lines: Line[] = []
  for (const name of chosen) {
    const measured = `import('/rows.js').then((rows) => rows.measureRow(${JSON.stringify(name)}))`
    lines.push(...(await page.evaluate<Line[]>(measured)))
  }
  printTable(lines)
} finally {
  await browser.close()
}

/** Serves the page from here; isolated, because Chromium's clock is coarse for pages that are not. */
async function serve(page: Page, script: string): Promise<void> {
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
  await page.route(`${ORIGIN}/**`, (route) =>
    new URL(route.request().url()).pathname === '/rows.js'
      ? route.fulfill({ headers, contentType: 'text/javascript', body: script })
      : route.fulfill({ headers, contentType: 'text/html', body: '<!doctype html><title>Measurements</title>' }),
  )
}
