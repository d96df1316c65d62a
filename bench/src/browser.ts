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
  await tellThreadTime(page)
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

/** Serves the page from here. */
async function serve(page: Page, script: string): Promise<void> {
  await page.route(`${ORIGIN}/**`, (route) =>
    new URL(route.request().url()).pathname === '/rows.js'
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Measurements</title>' }),
  )
}

/** Gives the page the clock that it cannot read. */
async function tellThreadTime(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.exposeFunction('pageThreadTime', async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const seconds = metrics.find(({ name }) => name === 'ThreadTime')?.value
    if (seconds === undefined) throw new Error('Chromium does not tell the ThreadTime of its pages here')
    return seconds * 1000
  })
}
