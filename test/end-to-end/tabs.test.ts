/** Two tabs of one browser share a run in IndexedDB: what each sees, who handles outputs, and what is lost if one dies. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { handled, loadTally, names, openTally, problem, send, shown, stop } from './tally-page.ts'
import { makeApps } from './vite-server.ts'
import { newContext, soon } from './watched-page.ts'

const apps = makeApps()
const app = apps.copy()
/** A host that is not secure: pages of `localhost` and 127.0.0.1 always are. */
const insecureHost = 'tabs.test'
let browser: Browser

beforeAll(async () => {
  const options = chromiumLaunchOptions()
  const args = [...options.args, `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1`]
  ;[browser] = await Promise.all([chromium.launch({ ...options, args }), apps.start()])
})

afterAll(async () => {
  await browser?.close()
  await apps.remove()
})

async function context(): Promise<BrowserContext> {
  const made = await newContext(browser)
  onTestFinished(() => made.close())
  return made
}

const address = (): string => apps.url(app, 'tabs.html')

const openTab = (tabs: BrowserContext, url: string = address()): Promise<Page> => openTally(tabs, url)
const loadTab = (tabs: BrowserContext, url: string = address()): Promise<Page> => loadTally(tabs, url)

test('what one tab sends, the other shows, and both begin with one run', async () => {
  const tabs = await context()
  const pages = await Promise.all([loadTab(tabs), loadTab(tabs)])
  const ids = await Promise.all(pages.map((page) => page.evaluate(() => window.tab.open())))
  expect(ids[0]).toBe(ids[1])
  const [one, other] = pages
  await send(one, 'from one')
  await expect.poll(() => names(other), soon).toEqual(['from one'])
})

test('one tab handles outputs, and the other takes over at once when that is closed', async () => {
  const tabs = await context()
  const [one, other] = [await openTab(tabs), await openTab(tabs)]
  // Much longer than the test waits: the lock is free as soon as its tab is gone.
  const ttl = 300_000
  await one.evaluate((time) => window.tab.handle(time), ttl)
  await send(one, 'first')
  await expect.poll(() => handled(one), soon).toEqual(['first'])
  await other.evaluate((time) => window.tab.handle(time), ttl)
  await send(other, 'second')
  await expect.poll(() => handled(one), soon).toEqual(['first', 'second'])
  await one.evaluate(() => window.tab.flush())
  await one.close()
  await send(other, 'third')
  await expect.poll(() => handled(other), soon).toContain('third')
  expect(await handled(other)).not.toContain('first')
})

test.each(['different', 'equal'])(
  'two tabs that write at one moment lose nothing and double nothing: %s batches',
  async (kind) => {
    const tabs = await context()
    const pages = [await openTab(tabs), await openTab(tabs)]
    const sent: string[] = []
    for (let round = 0; round < 40; round++) {
      const now = pages.map((_page, at) => (kind === 'equal' ? `${round}` : `${round} by ${at}`))
      sent.push(...now)
      await Promise.all(pages.map((page, at) => send(page, now[at] as string)))
    }
    await Promise.all(pages.map((page) => page.evaluate(() => window.tab.flush())))
    for (const page of pages) {
      await expect.poll(async () => (await names(page)).toSorted(), soon).toEqual(sent.toSorted())
    }
    expect(await shown(pages[0] as Page)).toEqual(await shown(pages[1] as Page))
  },
)

test.each(['crashes', 'is closed'])(
  'a tab that %s while it appends loses nothing that was acknowledged',
  async (how) => {
    const tabs = await context()
    const other = await openTab(tabs)
    const acknowledged: string[] = []
    for (let time = 0; time < 5; time++) {
      const page = await openTab(tabs)
      page.on('console', (message) => {
        if (message.type() === 'debug') acknowledged.push(message.text())
      })
      void page.evaluate((prefix) => window.tab.addForever(prefix), `${time}:`).catch(() => undefined)
      const before = acknowledged.length
      await expect.poll(() => acknowledged.length - before, soon).toBeGreaterThan(3)
      if (how === 'crashes') {
        const crashed = page.waitForEvent('crash')
        const session = await tabs.newCDPSession(page)
        void session.send('Page.crash').catch(() => undefined)
        await crashed
      }
      await page.close()
    }
    await expect.poll(() => names(other), soon).toEqual(expect.arrayContaining(acknowledged))
    const all = await names(other)
    expect(new Set(all).size).toBe(all.length)
    // Nothing hangs on the one that is gone.
    await send(other, 'after')
    await other.evaluate(() => window.tab.flush())
  },
)

test('a tab that was frozen catches up', async () => {
  const tabs = await context()
  const [one, frozen] = [await openTab(tabs), await openTab(tabs)]
  const resume = await stop(frozen, 'freeze')
  for (let count = 0; count < 5; count++) await send(one, `${count}`)
  await one.evaluate(() => window.tab.flush())
  await resume()
  await expect.poll(() => names(frozen), soon).toHaveLength(5)
})

test('another tab deletes the database: nothing waits for this one, which keeps its state and says what is wrong', async () => {
  const tabs = await context()
  const [one, other] = [await openTab(tabs), await loadTab(tabs)]
  await send(one, 'kept')
  await one.evaluate(() => window.tab.flush())
  expect(await other.evaluate(() => window.tab.request('delete'))).toBe('done')
  await send(one, 'not kept')
  await expect.poll(() => problem(one), soon).toMatch(/the store has no run [0-9a-f]{8}/)
  expect(await names(one)).toEqual(['kept', 'not kept'])
})

test('a newer version of the app upgrades the database: this one keeps its state and asks for a reload', async () => {
  const tabs = await context()
  const [one, other] = [await openTab(tabs), await loadTab(tabs)]
  expect(await other.evaluate(() => window.tab.request('upgrade'))).toBe('done')
  await send(one, 'pending')
  await expect.poll(() => problem(one), soon).toMatch(/a newer version of this app has upgraded it: reload the page/)
  expect(await names(one)).toEqual(['pending'])
})

test('a full quota keeps what is pending, says so, and goes on when there is room', async () => {
  const tabs = await context()
  const page = await loadTab(tabs)
  const session = await tabs.newCDPSession(page)
  const { origin } = new URL(address())
  // Chromium remembers for a while how much room there was, so the quota is set before the database is opened.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 })
  await page.evaluate(() => window.tab.open())
  await page.evaluate(() => window.tab.send('x'.repeat(500_000)))
  await expect
    .poll(() => problem(page), soon)
    .toMatch(/the quota of this site is full: delete what is no longer needed/)
  expect(await shown(page)).toMatchObject({ names: 1, pending: 1 })
  await session.send('Storage.overrideQuotaForOrigin', { origin })
  await expect.poll(() => shown(page), soon).toMatchObject({ names: 1, pending: 0 })
})

test('a browser without IndexedDB is unavailable, and the error says what to do', async () => {
  const tabs = await context()
  await tabs.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
  const page = await loadTab(tabs)
  expect(await page.evaluate(() => window.tab.openFailure())).toMatch(
    /^UNAVAILABLE: the IndexedDB database tabs cannot be used: .*; private windows and blocked site data have no IndexedDB/,
  )
})

test('a page that is not secure has no Web Locks: the lease runs out when its tab is gone', async () => {
  const tabs = await context()
  const url = address().replace('127.0.0.1', insecureHost)
  const [one, other] = [await openTab(tabs, url), await openTab(tabs, url)]
  expect(await one.evaluate(() => window.tab.hasLocks())).toBe(false)
  for (const page of [one, other]) await page.evaluate(() => window.tab.handle(10_000))
  await send(one, 'first')
  await expect.poll(async () => [...(await handled(one)), ...(await handled(other))], soon).toEqual(['first'])
  const [holder, next] = (await handled(one)).length > 0 ? [one, other] : [other, one]
  await holder.close()
  await send(next, 'second')
  await expect.poll(() => handled(next), soon).toContain('second')
})
