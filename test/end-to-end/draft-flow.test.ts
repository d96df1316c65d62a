/** The flow "Draft that survives", in two pages of one browser. */
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { copyStorybook } from './storybook-server.ts'
import { listen, newContext, soon } from './watched-page.ts'

const storybook = copyStorybook()
let browser: Browser
let url = ''

beforeAll(async () => {
  ;[browser, url] = await Promise.all([chromium.launch(chromiumLaunchOptions()), storybook.start()])
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
