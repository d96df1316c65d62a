// Pages of the fixture `tabs.html`: what tests do with them, and read from them.

import type { BrowserContext, CDPSession, Page } from 'playwright'

/** Opens a tab, and the tally in it. */
export async function openTally(tabs: BrowserContext, url: string): Promise<Page> {
  const page = await loadTally(tabs, url)
  await page.evaluate(() => window.tab.open())
  return page
}

/** Opens a tab. */
export async function loadTally(tabs: BrowserContext, url: string): Promise<Page> {
  const page = await tabs.newPage()
  await page.goto(url)
  await page.waitForFunction(() => 'tab' in window)
  return page
}

export const send = (page: Page, name: string): Promise<void> => page.evaluate((sent) => window.tab.send(sent), name)
export const names = (page: Page): Promise<readonly string[]> => page.evaluate(() => window.tab.names())
export const handled = (page: Page): Promise<readonly string[]> => page.evaluate(() => window.tab.handled)
export const settled = (page: Page): Promise<number | undefined> => page.evaluate(() => window.tab.settled())
export const shown = (page: Page): Promise<unknown> => page.evaluate(() => window.tab.shown())
export const problem = (page: Page): Promise<string | undefined> => page.evaluate(() => window.tab.problem())

/**
 * Stops all scripts of a page, after the event that a browser dispatches before it does so. Chromium without a window neither
 * freezes pages nor keeps them for the way back.
 * @returns has them run again
 */
export async function stop(page: Page, event: 'freeze' | 'pagehide'): Promise<() => Promise<void>> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('Debugger.enable')
  const paused = new Promise((resolve) => session.once('Debugger.paused', resolve))
  await page.evaluate((type) => {
    // Nothing runs after the event but what is due at once.
    setTimeout(() => {
      // biome-ignore lint/suspicious/noDebugger: it stops the page.
      debugger // oxlint-disable-line no-debugger -- it stops the page
    })
    const target = type === 'freeze' ? document : window
    target.dispatchEvent(new Event(type))
  }, event)
  await paused
  return async () => {
    await session.send('Debugger.disable')
  }
}
