// Web Vitals of a page in Chromium: how soon it is there, whether it moves, and how long one click takes until it is painted.

import type { Browser, Page, Response } from 'playwright'

/** A page, what somebody does on it, and who that is. */
export interface Visited {
  readonly name: string
  readonly path: string
  readonly cookies?: Readonly<Record<string, string>>
  /** What has to be done before. */
  readonly before?: (page: Page) => Promise<void>
  /** Resolves once the page has its script. */
  readonly ready: (page: Page) => Promise<void>
  readonly click?: (page: Page) => Promise<void>
}

/** Milliseconds, but for `cls`. */
export interface Vitals {
  readonly ttfb: number
  readonly fcp: number
  readonly lcp: number
  readonly cls: number
  /** Undefined without a click. The platform reports no click shorter than 16 ms, which counts as that. */
  readonly inp: number | undefined
}

/** Opens the page with an empty cache, and gives its vitals and its document. */
export async function measureVitals(
  browser: Browser,
  url: string,
  { path, cookies = {}, before, ready, click }: Visited,
): Promise<{ vitals: Vitals; html: string }> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 } })
  try {
    await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })))
    const page = await context.newPage()
    await before?.(page)
    await page.addInitScript(observe)
    const response = (await page.goto(path, { waitUntil: 'load' })) as Response
    await ready(page)
    await settle(page)
    await click?.(page)
    if (click !== undefined) await settle(page)
    const vitals = await page.evaluate(() => window.vitals())
    return { vitals, html: await response.text() }
  } finally {
    await context.close()
  }
}

/** Waits until what was done is painted and reported. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(() => resolve(), { timeout: 500 })))
      }),
  )
}

/** Runs in the page, before anything else. */
function observe(): void {
  let lcp = 0
  let cls = 0
  let inp = 0
  function on(type: string, take: (entry: PerformanceEntry) => void, more: object = {}): void {
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more })
  }
  on('largest-contentful-paint', ({ startTime }) => (lcp = startTime))
  on('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
    if (!hadRecentInput) cls += value
  })
  on(
    'event',
    (entry) => {
      if ((entry as PerformanceEventTiming).interactionId !== 0) inp = Math.max(inp, entry.duration)
    },
    { durationThreshold: 16 },
  )
  let clicked = false
  addEventListener('pointerdown', () => (clicked = true), { capture: true })
  window.vitals = () => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
    const [paint] = performance.getEntriesByName('first-contentful-paint')
    return {
      ttfb: navigation?.responseStart ?? 0,
      fcp: paint?.startTime ?? 0,
      lcp,
      cls,
      inp: clicked ? Math.max(inp, 16) : undefined,
    }
  }
}

declare global {
  interface Window {
    vitals: () => Vitals
  }
}
