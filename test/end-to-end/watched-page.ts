// A page that a test watches: its console messages, and whether it is still the page that was opened.

import type { Browser, BrowserContext, Page } from 'playwright'

/** How long and how often a test polls a page. It is long, because the machine may be busy. */
export const soon = { timeout: 30_000, interval: 20 }

/** A message on the console of a page, or an uncaught error. */
export interface Message {
  /** The type that Playwright gives: `info`, `warning`, `error` and so on. */
  readonly type: string
  readonly text: string
}

/** Makes a context for pages. They are small, because each pixel takes time without a graphics card. */
export async function newContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 480, height: 360 } })
  context.setDefaultTimeout(60_000)
  return context
}

/**
 * Collects the messages of a page.
 *
 * @param page a page in which nothing is open yet
 * @returns the messages; the array grows with the page
 */
export function listen(page: Page): readonly Message[] {
  const messages: Message[] = []
  page.on('console', (message) => messages.push({ type: message.type(), text: message.text() }))
  page.on('pageerror', (error) => messages.push({ type: 'error', text: error.stack ?? error.message }))
  return messages
}

/** Which marks are still there. */
export interface Marks {
  /** Whether the page was not reloaded. */
  readonly page: boolean
  /** Whether its `main` element is the same: React did not mount another. */
  readonly main: boolean
}

/** Marks the page, and its `main` element. */
export function mark(page: Page): Promise<void> {
  return page.evaluate(() => {
    const main = document.querySelector('main')
    if (main === null) throw new Error('The page has no main element to mark.')
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
