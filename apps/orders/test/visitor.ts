// Somebody in a browser: a customer, or one of the staff.

import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { expect, onTestFinished } from 'vitest'
import { chromiumLaunchOptions } from '../../../scripts/chromium.ts'

/** How long and how often a test looks. It is long, because the machine may be busy. */
export const soon = { timeout: 60_000, interval: 50 }

let browser: Promise<Browser> | undefined

/** The browser of this file's tests. */
export function openBrowser(): Promise<Browser> {
  browser ??= chromium.launch(chromiumLaunchOptions())
  return browser
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close()
}

export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** Opens another tab. */
  tab(): Promise<Page>
  /** What the console of the pages said, without what is said of a network that is down. */
  readonly complaints: readonly string[]
}

/** A network that is down, and answers that refuse: the browser prints both, and no page can keep it from that. */
const OF_THE_NETWORK = /^Failed to load resource|net::ERR_/

export async function visit(url: string, options: BrowserContextOptions & { staff?: string } = {}): Promise<Visitor> {
  const { staff, ...more } = options
  const context = await (await openBrowser()).newContext({
    viewport: { width: 900, height: 700 },
    baseURL: url,
    ...more,
  })
  context.setDefaultTimeout(60_000)
  onTestFinished(() => context.close())
  if (staff !== undefined) await context.addCookies([{ name: 'staff', value: staff, url }])
  const complaints: string[] = []
  async function tab(): Promise<Page> {
    const page = await context.newPage()
    page.on('console', (message) => {
      const text = message.text()
      const isComplaint = message.type() === 'error' || message.type() === 'warning'
      if (isComplaint && !OF_THE_NETWORK.test(text)) complaints.push(text)
    })
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
    return page
  }
  return { page: await tab(), context, tab, complaints }
}

/** Puts a lamp into the cart. */
export async function addLamp(page: Page, name: string): Promise<void> {
  await page.goto('/')
  await page.getByRole('button', { name: `Add to cart: ${name}` }).click()
}

/** Fills in the form of the cart. */
export async function fillIn(page: Page): Promise<void> {
  await page.goto('/cart')
  await page.getByLabel('Name').fill('Clara Brandt')
  await page.getByLabel('E-mail').fill('clara@example.org')
  await page.getByLabel('Address').fill('12 Linden Row, Cork')
}

/** Orders a lamp, and gives the id of the order. */
export async function orderLamp(page: Page, name: string): Promise<string> {
  await addLamp(page, name)
  await page.getByText(`${name} is in your cart.`).waitFor()
  await fillIn(page)
  await page.getByRole('button', { name: /^Order and pay/ }).click()
  await page.waitForURL(/\/orders\/[0-9a-f]{40}$/)
  return page.url().slice(-40)
}

/** Where an order is, as its page shows it. */
export function placeOf(page: Page) {
  return page.locator('.heading .pill').textContent()
}

export async function expectPlace(page: Page, place: string): Promise<void> {
  await expect.poll(() => placeOf(page), soon).toBe(place)
}
