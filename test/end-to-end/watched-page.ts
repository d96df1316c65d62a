// A page that a test watches: its console messages, and whether it is still the page that was opened.

import type { Browser, BrowserContext, Page } from 'playwright'

/** How long and how often to poll an expectation about a page, in milliseconds: long enough for a busy machine. */
export const soon = { timeout: 30_000, interval: 20 }

/** A message on the console of a page, or an error that it threw. */
export interface Message {
  /** As Playwright names it: `info`, `warning`, `error` and so on. */
  readonly type: string
  readonly text: string
}

/**
 * A context for pages that share nothing with others. They are small, because rendering is slow without a graphics
 * card.
 */
export async function newContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 480, height: 360 } })
  context.setDefaultTimeout(60_000)
  return context
}

/**
 * Collects the messages of a page.
 *
 * @param page a page that has not opened anything yet
 * @returns the messages so far; the list grows
 */
export function listen(page: Page): readonly Message[] {
  const messages: Message[] = []
  page.on('console', (message) => messages.push({ type: message.type(), text: message.text() }))
  page.on('pageerror', (error) => messages.push({ type: 'error', text: error.stack ?? error.message }))
  return messages
}

/** Which marks are still there. */
export interface Marks {
  /** Whether the page was not loaded again. */
  readonly page: boolean
  /** Whether the `main` element is the same; it is not if React mounted it again. */
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
