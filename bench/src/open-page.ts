/** Opens a page of headless Chromium in which a bundle measures. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type LaunchOptions, type Page } from 'playwright'

import { chromiumLaunchOptions } from '../../scripts/chromium.ts'

const ORIGIN = 'http://localhost'

/** A page, and a way to call its bundle. */
export interface OpenPage {
  readonly browser: { version(): string; close(): Promise<void> }
  readonly page: Page
  /** Evaluates an expression in the page, in which `rows` has the exports of the bundle. */
  readonly ask: <Answer>(expression: string) => Promise<Answer>
}

/** How a page is opened. */
interface PageOptions {
  /** Gives the page what it needs besides the clock, before its bundle is loaded. */
  readonly prepare?: (page: Page) => Promise<void>
  /** Whether the browser keeps its profile on disk. Otherwise its databases are in memory. */
  readonly onDisk?: boolean
  /** Whether a frame comes as soon as the one before is done, instead of 60 times a second. */
  readonly unpaced?: boolean
}

/**
 * Opens a page.
 * @param bundled the path of the bundle
 * @param options what the page needs
 * @returns the page; the caller closes its browser
 */
export async function openPage(
  bundled: string,
  { prepare, onDisk = false, unpaced = false }: PageOptions = {},
): Promise<OpenPage> {
  const { executablePath, args, env } = chromiumLaunchOptions()
  const pace = unpaced ? ['--disable-frame-rate-limit', '--disable-gpu-vsync'] : []
  const flags = [...args, '--js-flags=--expose-gc', '--enable-precise-memory-info', ...pace]
  const { context, browser } = await start({ executablePath, args: flags, env }, onDisk)
  try {
    const page = await context.newPage()
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

async function start(
  options: LaunchOptions,
  onDisk: boolean,
): Promise<{ readonly context: BrowserContext; readonly browser: OpenPage['browser'] }> {
  if (!onDisk) {
    const browser = await chromium.launch(options)
    return { context: await browser.newContext(), browser }
  }
  const profile = mkdtempSync(join(tmpdir(), 'xmachines-profile-'))
  const context = await chromium.launchPersistentContext(profile, options)
  return {
    context,
    browser: {
      version: () => context.browser()?.version() ?? '',
      async close() {
        await context.close()
        rmSync(profile, { recursive: true, force: true })
      },
    },
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
