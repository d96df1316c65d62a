/** Pages of Storybook: what a visitor sees first on a small screen, and the flow "Draft that survives" in two pages. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type FrameLocator, type Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { copyStorybook } from './storybook-server.ts'
import { listen, newContext, soon } from './watched-page.ts'

const storybook = copyStorybook()
let browser: Browser
let url = ''
/** A page with the frame around the stories. */
let framed: Page

const SCREEN = { width: 1280, height: 800 }
/** Mermaid itself, and no module that is named after it. */
const MERMAID = /\/deps\/mermaid/

beforeAll(async () => {
  ;[browser, url] = await Promise.all([chromium.launch(chromiumLaunchOptions()), storybook.start()])
  framed = await (await newContext(browser)).newPage()
  await framed.setViewportSize(SCREEN)
})

afterAll(async () => {
  await browser?.close()
  await storybook.remove()
})

/** The value of a field in the first tab that a page shows. */
const value = (page: Page, label: string): Promise<string> =>
  page.getByRole('region', { name: 'Tab 1' }).getByLabel(label).inputValue()

const type = (page: Page, label: string, text: string): Promise<void> =>
  page.getByRole('region', { name: 'Tab 1' }).getByLabel(label).pressSequentially(text)

/** The id of the run that a page shows. */
const id = (page: Page): Promise<string | null> => page.locator('.oid').first().textContent()

test('a draft is in both pages, is there after a reload, and goes on with version 2 of the app', async () => {
  const context = await newContext(browser)
  onTestFinished(() => context.close())
  const open = async (): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(`${url}/iframe.html?id=flows-draft-that-survives--by-hand&viewMode=story`)
    await page.getByRole('region', { name: 'Tab 1' }).getByLabel('Title').waitFor()
    return page
  }
  const [one, other] = [await open(), await open()]
  const errors = listen(one)
  expect(await id(one)).toBe(await id(other))
  await type(one, 'Title', 'Summer party')
  await expect.poll(() => value(other, 'Title'), soon).toBe('Summer party')
  await type(other, 'Message', 'Bring a cake.')
  await expect.poll(() => value(one, 'Message'), soon).toBe('Bring a cake.')

  const first = await id(one)
  await one.getByText('Kept in this browser').first().waitFor()
  await one.reload()
  await expect.poll(() => value(one, 'Title'), soon).toBe('Summer party')
  expect(await id(one)).toBe(first)

  await one.getByRole('button', { name: 'Update the app' }).click()
  await expect.poll(() => value(one, 'Place'), soon).toBe('')
  await expect.poll(() => id(one), soon).not.toBe(first)
  expect([await value(one, 'Title'), await value(one, 'Message')]).toEqual(['Summer party', 'Bring a cake.'])
  // The other page loads version 2 when it is reloaded.
  await type(one, 'Place', 'The garden')
  await one.getByText('Kept in this browser').first().waitFor()
  await other.reload()
  await expect.poll(() => value(other, 'Place'), soon).toBe('The garden')
  expect(await id(other)).toBe(await id(one))
  expect(errors.filter(({ type: kind }) => kind === 'error')).toEqual([])
})

test('without IndexedDB a draft is in memory, says so, and starts over', async () => {
  const context = await newContext(browser)
  onTestFinished(() => context.close())
  await context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
  const page = await context.newPage()
  const errors = listen(page)
  await page.goto(`${url}/iframe.html?id=flows-draft-that-survives--by-hand&viewMode=story`)
  await type(page, 'Title', 'Summer')
  await page.getByText('This draft is not kept').first().waitFor()
  await expect.poll(() => page.locator('.kept').count(), soon).toBe(0)
  // The history has all that the state shows.
  await expect.poll(() => page.locator('.history .event').count(), soon).toBe('Summer'.length)
  await page.getByRole('button', { name: 'Start over' }).click()
  await expect.poll(() => value(page, 'Title'), soon).toBe('')
  expect(errors.filter(({ type: kind }) => kind === 'error')).toEqual([])
})

/** Opens a page of Storybook, with the frame around it. */
async function open(path: string): Promise<FrameLocator> {
  await framed.goto(`${url}/?path=/${path}`)
  const frame = framed.frameLocator('#storybook-preview-iframe')
  await frame.getByRole('heading', { level: 1 }).first().waitFor()
  return frame
}

/** Where something ends, in pixels from the top of the screen. */
async function bottomOf(frame: FrameLocator, selector: string): Promise<number> {
  const box = await frame.locator(selector).first().boundingBox()
  return box === null ? Number.POSITIVE_INFINITY : box.y + box.height
}

test('the introduction shows a run, its log, its machine and the diagram of it without scrolling', async () => {
  const frame = await open('docs/introduction--docs')
  await frame.locator('.diagram svg').waitFor()
  for (const part of ['Order', 'History', 'Source', 'Diagram']) {
    expect(await bottomOf(frame, `section[aria-label="${part}"]`), part).toBeLessThanOrEqual(SCREEN.height)
  }
})

test.each(['door', 'traffic-light', 'search-as-you-type', 'checkout-wizard'])(
  'the flow %s shows a control and the diagram of its machine without scrolling',
  async (flow) => {
    const frame = await open(`story/flows-${flow}--by-hand`)
    await frame.locator('.diagram svg').waitFor()
    expect(await bottomOf(frame, '.diagram svg')).toBeLessThanOrEqual(SCREEN.height)
    expect(await bottomOf(frame, '.columns :is(button.primary, input)')).toBeLessThanOrEqual(SCREEN.height)
  },
)

test('the panel beside a story shows its run, so the story does not show it again', async () => {
  const frame = await open('story/flows-door--by-hand')
  await frame.getByRole('button', { name: 'Open' }).click()
  await expect.poll(() => framed.getByRole('option', { name: /^1\s*OPEN/ }).count(), soon).toBe(1)
  expect(await frame.getByRole('region', { name: 'Run' }).count()).toBe(0)
})

test('the panel follows the run of a chart that the story loads anew', async () => {
  const frame = await open('story/flows-a-chart-from-xstate--by-hand')
  const runs = framed.getByRole('combobox', { name: 'Run' })
  const listed = (): Promise<string[]> => runs.locator('option').allInnerTexts()
  await frame.getByRole('button', { name: 'Make coffee' }).click()
  await expect.poll(listed, soon).toEqual([expect.stringMatching(/^coffee .{7} · (making\.|ready)/)])
  await frame.getByRole('button', { name: 'Reload' }).click()
  // Its timer and its promise start again in the run that was opened, and both end there.
  await frame.getByRole('button', { name: 'Take the cup' }).click()
  await expect.poll(() => framed.getByRole('option', { name: /^4\s*TAKE/ }).count(), soon).toBe(1)
  await expect.poll(listed, soon).toEqual([expect.stringMatching(/^coffee .{7} · off · 4$/)])
})

test('a wide table of a guide scrolls in itself on a narrow page, and leaves names in one piece', async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
  onTestFinished(() => page.close())
  await page.goto(`${url}/iframe.html?id=guides-where-to-keep-runs--docs&viewMode=docs`)
  const name = page.locator('td code').first()
  await name.waitFor()
  const widths = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return { scrollWidth, clientWidth }
  })
  expect(widths.scrollWidth).toBe(widths.clientWidth)
  // Text that is broken has a box for each line.
  expect(await name.evaluate((element) => element.getClientRects().length)).toBe(1)
})

test('every link of the introduction and of the guides leads to a page of Storybook', async () => {
  const flows = join(import.meta.dirname, '../../apps/flows/src')
  const [introduction, guide] = ['introduction/introduction.mdx', 'guides/guide.tsx'].map((file) =>
    readFileSync(join(flows, file), 'utf8'),
  )
  const links = [
    ...(introduction ?? '').matchAll(/\?path=\/\w+\/([\w-]+)/g),
    ...(guide ?? '').matchAll(/'([\w-]+--docs)'/g),
  ]
  const index = (await (await fetch(`${url}/index.json`)).json()) as { readonly entries: object }
  expect(links.length).toBeGreaterThan(25)
  expect(links.map(([, id]) => id).filter((id = '') => !Object.hasOwn(index.entries, id))).toEqual([])
})

test('the story, its panel and the frame around both change their colours together', async () => {
  onTestFinished(() => framed.emulateMedia({ colorScheme: null }))
  await framed.emulateMedia({ colorScheme: 'light' })
  const frame = await open('story/flows-door--by-hand')
  const parts = [
    framed.locator('body'),
    framed.getByRole('region', { name: 'Inspector' }),
    frame.locator('.part').first(),
  ]
  const areDark = (): Promise<boolean[]> =>
    Promise.all(
      parts.map((part) => part.evaluate((element) => /^rgb\(\d?\d,/.test(getComputedStyle(element).backgroundColor))),
    )
  await expect.poll(areDark, soon).toEqual([false, false, false])
  await framed.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(areDark, soon).toEqual([true, true, true])
  // What the toolbar says wins over the system.
  await open('story/flows-door--by-hand&globals=scheme:light')
  await expect.poll(areDark, soon).toEqual([false, false, false])
})

test('the card of a machine keeps its size while its diagram is drawn, and lists the states if it cannot be', async () => {
  const context = await newContext(browser)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.setViewportSize(SCREEN)
  const story = `${url}/iframe.html?id=flows-door--by-hand&viewMode=story`
  const machine = page.getByRole('region', { name: 'Machine' })
  let give = (): void => undefined
  const given = new Promise<void>((resolve) => (give = resolve))
  await page.route(MERMAID, (route) => given.then(() => route.continue()))
  // The page is not loaded before all that it asked for.
  await page.goto(story, { waitUntil: 'commit' })
  await machine.getByRole('img', { name: /now closed$/ }).waitFor()
  const before = await machine.boundingBox()
  give()
  await machine.locator('svg').waitFor()
  expect(await machine.boundingBox()).toEqual(before)

  await page.unroute(MERMAID)
  await page.route(MERMAID, (route) => route.abort())
  await page.goto(story)
  await machine.getByText('The diagram could not be drawn.').waitFor()
  expect(await machine.locator('[aria-current]').innerText()).toBe('closed\nOPEN → open\nLOCK → locked')
})

test('the sidebar lists no story that only drives a test', async () => {
  await open('story/flows-door--by-hand')
  const listed = await framed.locator('#storybook-explorer-tree').innerText()
  expect(listed).toContain('Time machine')
  expect(listed).not.toMatch(/Driven|Tests|Examples/i)
})
