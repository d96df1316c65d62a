// A page that a test watches: what its console says, and whether it is still the page that was opened.

import type { Browser, BrowserContext, Page } from 'playwright'

/** Until when, and how often, an expectation of a page is asked whether it holds: long, for machines that do much else. */
export const soon = { timeout: 30_000, interval: 20 }

/** What a page said on its console, or threw. */
export interface Message {
  /** As Playwright has it: `info`, `warning`, `error` and so on. */
  readonly type: string
  readonly text: string
}

/** Makes room for pages that share nothing with others: small ones, since without a graphics card each pixel takes time. */
export async function newContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 480, height: 360 } })
  context.setDefaultTimeout(60_000)
  return context
}

/**
 * Collects what a page says.
 *
 * @param page before anything is opened in it
 * @returns grows as the page goes on
 */
export function listen(page: Page): readonly Message[] {
  const messages: Message[] = []
  page.on('console', (message) => messages.push({ type: message.type(), text: message.text() }))
  page.on('pageerror', (error) => messages.push({ type: 'error', text: error.stack ?? error.message }))
  return messages
}

/** What was marked and is still there. */
export interface Marks {
  /** Whether the page was never loaded again. */
  readonly page: boolean
  /** Whether its `main` element is the same, which it is unless React mounted it anew. */
  readonly main: boolean
}

/** Marks the page, and its `main` element. */
export function mark(page: Page): Promise<void> {
  return page.evaluate(() => {
    const main = document.querySelector('main')
    if (main === null) throw new Error('there is no main element to mark')
    Object.assign(window, { marked: true })
    Object.assign(main, { marked: true })
  })
}

/** Reads the marks. */
export function marks(page: Page): Promise<Marks> {
  return page.evaluate(() => ({
    page: 'marked' in window,
    main: 'marked' in (document.querySelector('main') ?? {}),
  }))
}
