/** The tab that handles outputs is gone in each of the ways in which a tab can be: another takes over at once. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { handled, loadTally, names, openTally, problem, send, settled, stop } from './tally-page.ts'
import { makeApps } from './vite-server.ts'
import { newContext, soon } from './watched-page.ts'

const apps = makeApps()
const app = apps.copy()
let browser: Browser

beforeAll(async () => {
  ;[browser] = await Promise.all([chromium.launch(chromiumLaunchOptions()), apps.start()])
})

afterAll(async () => {
  await browser?.close()
  await apps.remove()
})

/** Much longer than a test waits: only a lock that is given back lets another take over. */
const ttl = 300_000

/** Opens tabs. The first of them handles outputs, and the others wait for their turn. */
async function openTabs(count: number): Promise<{ tabs: BrowserContext; pages: Page[] }> {
  const tabs = await newContext(browser)
  onTestFinished(() => tabs.close())
  const pages: Page[] = []
  for (let at = 0; at < count; at++) {
    const page = await openTally(tabs, apps.url(app, 'tabs.html'))
    await page.evaluate((time) => window.tab.handle(time), ttl)
    if (at === 0) {
      await send(page, 'first')
      await expect.poll(() => handled(page), soon).toEqual(['first'])
      // What has not settled before the tab is gone is handled again by the next.
      await expect.poll(() => settled(page), soon).toBe(1)
    }
    pages.push(page)
  }
  return { tabs, pages }
}

/** What all of some pages have handled, after one of them sent a name. */
async function handledAfter(name: string, pages: readonly Page[]): Promise<void> {
  const began = Date.now()
  await send(pages[0] as Page, name)
  await expect.poll(async () => (await Promise.all(pages.map(handled))).flat(), soon).toContain(name)
  console.info(`"${name}" was handled after ${Date.now() - began} ms`)
}

test.each<[how: string, leave: (page: Page, tabs: BrowserContext) => Promise<unknown>]>([
  ['is closed', (page) => page.close()],
  [
    'crashes',
    async (page, tabs) => {
      const crashed = page.waitForEvent('crash')
      const session = await tabs.newCDPSession(page)
      void session.send('Page.crash').catch(() => undefined)
      await crashed
    },
  ],
  ['goes to another site', (page) => page.goto('data:text/html,elsewhere')],
  ['goes to another page', (page) => page.goto(apps.url(app, 'index.html'))],
  ['is reloaded', (page) => page.reload()],
  ['is frozen', (page) => stop(page, 'freeze')],
  ['is kept for the way back', (page) => stop(page, 'pagehide')],
])('the tab that handles outputs %s: one of four others takes over, and handles each once', async (how, leave) => {
  const { tabs, pages } = await openTabs(5)
  const [holder, ...others] = pages
  await leave(holder as Page, tabs)
  await handledAfter(`after it ${how}`, others)
  await others[0]?.evaluate(() => window.tab.flush())
  expect((await Promise.all(others.map(handled))).flat()).toEqual([`after it ${how}`])
})

test.each(['freeze', 'pagehide'] as const)(
  'tabs that wait for their turn and are stopped (%s) do not stop the next from taking over',
  async (event) => {
    const { pages } = await openTabs(3)
    const [holder, stopped, next] = pages as [Page, Page, Page]
    await stop(stopped, event)
    await holder.close()
    await handledAfter('second', [next])
  },
)

test.each(['freeze', 'pagehide'] as const)(
  'a tab that was stopped (%s) goes on: it shows all, and takes its turn',
  async (event) => {
    const { pages } = await openTabs(2)
    const [gone, there] = pages as [Page, Page]
    const resume = await stop(gone, event)
    await handledAfter('while it was away', [there])
    await expect.poll(() => settled(there), soon).toBe(2)
    await resume()
    await expect.poll(() => names(gone), soon).toEqual(['first', 'while it was away'])
    await there.close()
    await handledAfter('after the other was closed', [gone])
    expect(await handled(gone)).toEqual(['first', 'after the other was closed'])
  },
)

test.each(['freeze', 'pagehide'] as const)(
  'a tab that was stopped (%s) keeps nobody from deleting the database',
  async (event) => {
    const { pages } = await openTabs(2)
    const [stopped, other] = pages as [Page, Page]
    const resume = await stop(stopped, event)
    expect(await other.evaluate(() => window.tab.request('delete'))).toBe('done')
    await resume()
    await expect.poll(() => problem(stopped), soon).toMatch(/the store has no run/)
  },
)

test('a database that does not open, since another tab keeps it open, is unavailable, and the error says what to do', async () => {
  const { tabs, pages } = await openTabs(1)
  await pages[0]?.evaluate(() => {
    // A connection that ignores that others wait.
    const asked = indexedDB.open('tabs')
    return new Promise((resolve) => {
      asked.onsuccess = resolve
    })
  })
  const blocked = await tabs.newPage()
  await blocked.goto(apps.url(app, 'index.html'))
  void blocked.evaluate(() => void indexedDB.deleteDatabase('tabs'))
  await tabs.clock.install()
  const late = await loadTally(tabs, apps.url(app, 'tabs.html'))
  let isOver = false
  const failure = late
    .evaluate(() => window.tab.openFailure())
    .finally(() => {
      isOver = true
    })
  // It is waited for a while before it is given up.
  while (!isOver) await late.clock.fastForward(10_000)
  expect(await failure).toMatch(/it does not open; another tab keeps it open/)
  await pages[0]?.close()
  expect(await late.evaluate(() => window.tab.open())).toMatch(/^[0-9a-f]{40}$/)
})
