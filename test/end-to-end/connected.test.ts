/** Pages that are connected to a run: what they show, and what is there after the server was away. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createSecureServer, type Http2Session } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { memoryStore, type RunStore } from '@xmachines/core/store'
import { nodeListener } from '@xmachines/http/node'
import { createHandler, type Host, openHost } from '@xmachines/http/server'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { portForServer } from '../../scripts/port-for-server.ts'
import { counter } from './connected/counter.ts'
import { selfSigned } from './self-signed.ts'
import { newContext, soon } from './watched-page.ts'

let browser: Browser
const scripts = new Map<string, string>()

beforeAll(async () => {
  const options = chromiumLaunchOptions()
  browser = await chromium.launch(options)
  for (const name of ['page', 'worker', 'many']) {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, 'connected', `${name}.ts`)],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      conditions: ['@xmachines/source'],
      logLevel: 'silent',
    })
    scripts.set(`/${name}.js`, outputFiles[0]?.text ?? '')
  }
})

afterAll(() => browser?.close())

interface Site {
  readonly port: number
  readonly host: Host
  kill(): Promise<void>
}

/** Serves a page, its scripts and the runs. */
function siteOf(host: Host, script: string): RequestListener {
  const answer = nodeListener(createHandler(host, { base: '/api' }))
  return (request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    if (path.startsWith('/api/')) return answer(request, response)
    const found = scripts.get(path)
    response.setHeader('content-type', found === undefined ? 'text/html' : 'text/javascript')
    response.end(found ?? `<!doctype html><title>connected</title><script type="module" src="${script}"></script>`)
  }
}

/** A server of the page, of its scripts and of the runs. */
async function start(store: RunStore, port?: number): Promise<Site> {
  const host = openHost(store, [counter])
  const server: Server = createServer(siteOf(host, '/page.js'))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  const at = port ?? (await portForServer())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at, '127.0.0.1', resolve)
  })
  async function kill(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
    await host.close()
  }
  return { port: at, host, kill }
}

async function open(port: number, run: string): Promise<Page> {
  const context = await newContext(browser)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${port}/?run=${run}`)
  await page.waitForFunction(() => 'connected' in window)
  return page
}

const add = (page: Page, by: number): Promise<void> => page.evaluate((sent) => window.connected.add(sent), by)
const shown = (page: Page) => page.evaluate(() => window.connected.shown())
const live = (state: number) => ({ state, pending: 0, connection: 'live', problem: undefined })

test('two pages and their workers see each other, and what was clicked while the server was away is there afterwards', async () => {
  const store = memoryStore()
  const before = await start(store)
  const { snapshot } = await before.host.create(counter)
  const [one, other] = [await open(before.port, snapshot.run), await open(before.port, snapshot.run)]
  await add(one, 1)
  await expect.poll(() => shown(other), soon).toEqual(live(1))
  await other.evaluate(() => window.connected.addInWorker(10))
  await expect.poll(() => shown(one), soon).toEqual(live(11))
  await expect.poll(() => one.evaluate(() => window.connected.inWorker()), soon).toBe(11)

  await before.kill()
  await expect.poll(async () => (await shown(one)).connection, soon).toBe('offline')
  await add(one, 100)
  expect(await shown(one)).toMatchObject({ state: 111, pending: 1 })

  const after = await start(store, before.port)
  onTestFinished(after.kill)
  for (const page of [one, other]) await expect.poll(() => shown(page), soon).toEqual(live(111))
  expect((await store.head(snapshot.run))?.sequence).toBe(3)
})

test('a click in one page of a browser shows in the other', async () => {
  const site = await start(memoryStore())
  onTestFinished(site.kill)
  const { snapshot } = await site.host.create(counter)
  const pages = [await open(site.port, snapshot.run), await open(site.port, snapshot.run)] as const
  for (let clicks = 1; clicks <= 6; clicks++) {
    const [from, to] = clicks % 2 === 1 ? pages : pages.toReversed()
    await from?.getByRole('button').click()
    await to?.getByRole('button', { name: `clicked ${clicks} times` }).waitFor()
  }
  for (const page of pages) await expect.poll(() => shown(page), soon).toEqual(live(6))
})

test('a page that is closed right after a click has sent it, or sends it when it is opened again', async () => {
  const store = memoryStore()
  const site = await start(store)
  onTestFinished(site.kill)
  const { snapshot } = await site.host.create(counter)
  const page = await open(site.port, snapshot.run)
  await add(page, 1)
  await page.reload()
  await page.waitForFunction(() => 'connected' in window)
  await expect.poll(() => shown(page), soon).toEqual(live(1))
  expect((await store.head(snapshot.run))?.sequence).toBe(1)
})

test('a page shows and sends to ten runs over one connection of HTTP/2, and a list of them beside', async () => {
  const host = openHost(memoryStore(), [counter])
  // Requests and answers of HTTP/2 have the same members.
  const server = createSecureServer(selfSigned(), siteOf(host, '/many.js') as never)
  /** The connections, and those that carry streams of runs. */
  const sessions = new Set<Http2Session>()
  const carrying = new Set<Http2Session | undefined>()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream, headers) => {
    if (headers[':path']?.includes('live=sse') === true) carrying.add(stream.session)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  onTestFinished(async () => {
    await context.close()
    const closed = new Promise((resolve) => server.close(resolve))
    for (const session of sessions) session.destroy()
    await closed
    await host.close()
  })
  const created = await Promise.all(Array.from({ length: 10 }, () => host.create(counter)))
  const ids = created.map(({ snapshot }) => snapshot.run)
  const page = await context.newPage()
  await page.goto(`https://127.0.0.1:${(server.address() as AddressInfo).port}/?runs=${ids.join()}`)
  await page.waitForFunction(() => 'many' in window)
  const shownOf = () => page.evaluate(() => window.many.shown())
  await expect.poll(shownOf, soon).toEqual({ live: 10, states: ids.map(() => 0), listed: 10 })
  await page.evaluate(() => window.many.addToEach())
  const states = ids.map((_, at) => at + 1)
  await expect.poll(shownOf, soon).toEqual({ live: 10, states, listed: 10 })
  await expect.poll(() => page.evaluate(() => window.many.pending()), soon).toBe(0)
  await host.create(counter)
  await expect.poll(shownOf, soon).toEqual({ live: 10, states, listed: 11 })
  expect(carrying.size).toBe(1)
})
