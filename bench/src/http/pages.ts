// A click in one page of a browser, until another page has a frame with it: beside a server that someone wrote for that alone.

import { readFileSync } from 'node:fs'
import { chromium, type Page } from 'playwright'
import { chromiumLaunchOptions } from '../../../scripts/chromium.ts'
import { bundle } from '../bundle.ts'
import { alone, type Line } from '../verdict.ts'
import type { Shared } from './page.ts'
import { ask, openSite } from './servers.ts'

const CLICKS = 100
const WARM = 20
const MOST_NANOSECONDS = 100 * 1e6
const SHARES = { median: 0.5, p95: 0.95, p99: 0.99 }

/** The row. */
export async function pagesRow(): Promise<Line[]> {
  const site = await openSite(readFileSync(bundle('http/page.ts'), 'utf8'))
  const { run } = JSON.parse(await ask(site.port, 'POST', '/api/m/counter@1')) as { run: string }
  const browser = await chromium.launch(chromiumLaunchOptions())

  async function openPage(shared: Shared): Promise<Page> {
    // Each has a window of its own. A page that is not seen has no frames.
    const page = await (await browser.newContext()).newPage()
    await page.goto(`http://127.0.0.1:${site.port}/`)
    const url = shared === 'run' ? `/api/r/${run}` : '/bare'
    await page.waitForFunction(() => 'clicks' in window)
    await page.evaluate(([...given]) => window.clicks.connect(...given), [shared, url] as const)
    return page
  }

  async function timesOf(shared: Shared): Promise<number[]> {
    const pages = [await openPage(shared), await openPage(shared)] as const
    const times: number[] = []
    for (let count = 1; count <= WARM + CLICKS; count++) {
      const [from, to] = count % 2 === 0 ? pages : [pages[1], pages[0]]
      const shown = to.evaluate((wanted) => window.clicks.untilShown(wanted), count)
      await from.getByRole('button').click()
      const at = await shown
      if (count > WARM) times.push((at - (await from.evaluate(() => window.clicks.lastClick()))) * 1e6)
    }
    return times.toSorted((a, b) => a - b)
  }

  try {
    const [ours, bare] = [await timesOf('run'), await timesOf('bare')]
    return Object.entries(SHARES).map(([name, share]) =>
      alone(
        `pages, ${CLICKS} clicks, ${name}`,
        'ns',
        { name: 'click to a frame, over Git', value: at(ours, share) },
        { name: 'bare server-sent events', value: at(bare, share) },
        MOST_NANOSECONDS,
        '100 ms',
      ),
    )
  } finally {
    await browser.close()
    await site.end()
  }
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] as number
}
