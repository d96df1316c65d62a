/** Opens a page of headless Chromium in which a bundle measures. */
import { readFileSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright'

import { chromiumLaunchOptions } from '../../scripts/chromium.ts'

const ORIGIN = 'http://localhost'

/** A page, and a way to call its bundle. */
export interface OpenPage {
  readonly browser: Browser
  readonly page: Page
  /** Evaluates an expression in the page, in which `rows` has the exports of the bundle. */
  readonly ask: <Answer>(expression: string) => Promise<Answer>
}

/**
 * Opens a page.
 * @param bundled the path of the bundle
 * @param prepare gives the page what it needs besides the clock, before its bundle is loaded
 * @returns the page; the caller closes its browser
 */
export async function openPage(bundled: string, prepare?: (page: Page) => Promise<void>): Promise<OpenPage> {
  const { executablePath, args, env } = chromiumLaunchOptions()
  const flags = [...args, '--js-flags=--expose-gc', '--enable-precise-memory-info']
  const browser = await chromium.launch({ executablePath, args: flags, env })
  try {
    const page = await browser.newPage()
    await serve(page, readFileSync(bundled, 'utf8'))
    await giveThreadTime(page)
    await prepare?.(page)
    await page.goto(ORIGIN)
    return { browser, page, ask: (expression) => page.evaluate(`import('/rows.js').then((rows) => ${expression})`) }
  } catch (problem) {
    await browser.close()
    throw problem
  }
}

/** Serves the page, isolated from other origins, so that its own clock has a resolution of 5 µs. */
async function serve(page: Page, script: string): Promise<void> {
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
  await page.route(`${ORIGIN}/**`, (route) =>
    new URL(route.request().url()).pathname === '/rows.js'
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Measurements</title>', headers }),
  )
}

/** Gives the page the clock that it cannot read itself. */
async function giveThreadTime(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.exposeFunction('pageThreadTime', async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const seconds = metrics.find(({ name }) => name === 'ThreadTime')?.value
    if (seconds === undefined)
      throw new Error('Chromium has no metric ThreadTime for its pages here: use another version of Chromium.')
    return seconds * 1000
  })
}
