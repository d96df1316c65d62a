/**
 * `pnpm bench:orders`: what the pages of the shop cost, in Chromium and at the server, against the production build.
 * `ORDERS_APP` names a folder in which the app is built already, with source maps.
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunPage } from '@xmachines/http'
import { chromium } from 'playwright'
import { printColumns } from '../../../bench/src/report.ts'
import { chromiumLaunchOptions } from '../../../scripts/chromium.ts'
import { buildApp } from '../test/build-app.ts'
import { countLines, MOST_LINES } from '../test/count-lines.ts'
import { manyOrders, PACE } from '../test/many-orders.ts'
import { type AppServer, serveApp } from '../test/serve-app.ts'
import { worldServer } from '../world/server.ts'
import { measureFrames } from './frames.ts'
import { measureMemory } from './memory.ts'
import { pagesOf } from './pages.ts'
import { type Weight, weighScripts } from './scripts-of-page.ts'
import { measureVitals, type Visited, type Vitals } from './vitals.ts'

/** How often each page is opened. The figures are medians. */
const TIMES = 7
const ORDERS = 100
const LOADS = [1000, 10_000]
/** The most that is good, as the Web Vitals have it; `ours` in bytes. */
const most = { ttfb: 800, fcp: 1800, lcp: 2500, cls: 0.1, inp: 200, ours: 22_000, gap: 50, growth: 10 * 2 ** 20 }

const given = process.env['ORDERS_APP']
const { folder: app, remove } =
  given === undefined ? buildApp({ hasSourceMaps: true }) : { folder: given, remove: () => undefined }
const data = mkdtempSync(join(tmpdir(), 'xmachines-desk-'))
const world = worldServer(join(data, 'world.jsonl')).listen(0, '127.0.0.1')
await once(world, 'listening')
const worldUrl = `http://127.0.0.1:${(world.address() as AddressInfo).port}`
const browser = await chromium.launch(chromiumLaunchOptions())
let missed = 0

console.log(`Node ${process.versions.node}, Chromium ${browser.version()}, on ${cpus().length} × ${cpus()[0]?.model}\n`)

async function withServer(
  folder: string,
  samples: 'yes' | 'no',
  act: (server: AppServer) => Promise<void>,
): Promise<void> {
  const settings = { ORDERS_FOLDER: folder, WORLD_URL: worldUrl, SAMPLE_ORDERS: samples }
  const preload = import.meta.resolve('./memory-reporter.ts')
  const server = await serveApp({ app, settings, preload })
  try {
    await act(server)
  } finally {
    await server.kill()
  }
}

/** The text of a figure, marked if it misses its bar. */
function judge(value: number, limit: number, text: string): string {
  if (value <= limit) return text
  missed += 1
  return `${text} (misses)`
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
const MiB = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
const ms = (time: number): string => `${time.toFixed(0)} ms`

async function printPages({ url }: AppServer, pages: readonly Visited[]): Promise<void> {
  const rows: string[][] = []
  for (const page of pages) {
    const taken: Vitals[] = []
    let weight: Weight | undefined
    // The first is for the server, which loads the page's code then.
    for (let time = 0; time <= TIMES; time += 1) {
      const { vitals, html } = await measureVitals(browser, url, page)
      if (time > 0) taken.push(vitals)
      weight ??= weighScripts(app, html)
    }
    const middle = (name: 'ttfb' | 'fcp' | 'lcp' | 'cls'): number => median(taken.map((vitals) => vitals[name]))
    const clicks = taken.flatMap(({ inp }) => (inp === undefined ? [] : [inp]))
    const { whole, ours } = weight ?? { whole: 0, ours: 0 }
    rows.push([
      page.name,
      ...(['ttfb', 'fcp', 'lcp'] as const).map((name) => judge(middle(name), most[name], ms(middle(name)))),
      judge(middle('cls'), most.cls, middle('cls').toFixed(3)),
      clicks.length === 0 ? '' : judge(median(clicks), most.inp, ms(median(clicks))),
      judge(ours, most.ours, kB(ours)),
      kB(whole),
    ])
  }
  const times = [most.ttfb, most.fcp, most.lcp].map(ms)
  const bars = ['at most', ...times, String(most.cls), ms(most.inp), kB(most.ours), '']
  printColumns([['page', 'TTFB', 'FCP', 'LCP', 'CLS', 'INP', 'our packages', 'all scripts'], ...rows, bars], [])
}

async function printMemory(server: AppServer, paths: readonly string[]): Promise<void> {
  const memory = await measureMemory(server, paths, LOADS)
  console.log('\nThe memory of the server, after garbage was collected')
  const rows = memory.map(({ loads, rss, heap }) => [String(loads), MiB(rss), MiB(heap)])
  printColumns([['page loads', 'RSS', 'heap'], ...rows], [0, 1, 2])
  const grown = (memory.at(-1)?.heap ?? 0) - (memory.at(-2)?.heap ?? 0)
  const text = judge(grown, most.growth, MiB(grown))
  console.log(`The heap grew by ${text} from load ${LOADS[0]} to load ${LOADS[1]}; at most ${MiB(most.growth)}`)
}

async function printFrames({ url }: AppServer, ids: readonly string[]): Promise<void> {
  const { moving, still } = await measureFrames(browser, url, ids)
  console.log(`\nThe board with ${ids.length} orders`)
  printColumns(
    [
      ['', 'longest gap', '99 of 100', 'frames'],
      [
        `${PACE} orders a second move`,
        judge(moving.longest, most.gap, ms(moving.longest)),
        ms(moving.p99),
        String(moving.frames),
      ],
      ['nothing moves', ms(still.longest), ms(still.p99), String(still.frames)],
      ['at most', ms(most.gap), '', ''],
    ],
    [],
  )
}

function printLines(): void {
  const lines = countLines()
  const text = judge(lines, MOST_LINES, String(lines))
  console.log(`\n${text} lines beside machine, markup and style; at most ${MOST_LINES}`)
}

try {
  await withServer(join(data, 'samples'), 'yes', async (server) => {
    const listed = await fetch(`${server.url}/api/r?machine=order`, { headers: { cookie: 'staff=Ines' } })
    const pages = pagesOf(((await listed.json()) as RunPage).runs)
    await printPages(server, pages)
    const paths = pages.map(({ path }) => path)
    await printMemory(server, paths)
  })
  const { folder, ids } = await manyOrders(ORDERS)
  await withServer(folder, 'no', (server) => printFrames(server, ids))
  rmSync(folder, { recursive: true, force: true })
  printLines()
  console.log(`\n${missed} bars missed`)
} finally {
  await browser.close()
  world.close()
  world.closeAllConnections()
  rmSync(data, { recursive: true, force: true })
  remove()
}
