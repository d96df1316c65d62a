/** Fast Refresh in Storybook: files of a flow are edited while its story is open, every story having been opened first. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { edit } from './edit.ts'
import { copyStorybook } from './storybook-server.ts'
import { listen, type Message, mark, marks, newContext, soon } from './watched-page.ts'

declare global {
  interface Window {
    /** By which the sidebar and the frame of the stories talk. */
    readonly __STORYBOOK_ADDONS_CHANNEL__?: Channel
  }
}

interface Channel {
  on(event: string, listener: (told: unknown) => void): void
  emit(event: string, told: unknown): void
  last(event: string): readonly unknown[] | undefined
}

/** What the index of a Storybook says. */
interface StoryIndex {
  readonly entries: Readonly<Record<string, StoryEntry>>
}

interface StoryEntry {
  readonly id: string
  readonly type: 'story' | 'docs'
}

/** What the story shows of its door and of its run. */
interface Shown {
  readonly door: string | undefined
  readonly code: string | undefined
  readonly id: string | undefined
  readonly sequence: string | undefined
  readonly state: unknown
  /** The oids of the commits, shortened, the newest first. */
  readonly commits: readonly string[]
}

/** The story of the door, the door locked with 1234 and another code typed. */
interface OpenDoor {
  readonly before: Shown
  /** What the console said of the machine since it was opened, and every error. */
  told(): readonly Message[]
}

const storybook = copyStorybook()
let browser: Browser
/** The frame of the stories, in which every story is opened, and files are edited behind. */
let page: Page
let messages: readonly Message[]
/** What was wrong with each story as it was opened. */
const opened = new Map<string, readonly string[]>()

const door: StoryEntry = { id: 'flows-door--by-hand', type: 'story' }
const neighbour: StoryEntry = { id: 'flows-door--driven', type: 'story' }

vi.setConfig({ testTimeout: 120_000 })

beforeAll(async () => {
  const [url, launched] = await Promise.all([storybook.start(), chromium.launch(chromiumLaunchOptions())])
  browser = launched
  const context = await newContext(browser)
  page = await context.newPage()
  messages = listen(page)
  // An embedded story does not play, and nobody asks here whether it is accessible: both are tested elsewhere.
  await page.goto(`${url}/iframe.html?id=${door.id}&viewMode=story&embed=true&globals=a11y.manual:!true`, {
    waitUntil: 'commit',
  })
  // All that Vite prepares is prepared now, and asking in each frame, as Playwright does, would slow it down.
  await page.waitForFunction(
    () => window.__STORYBOOK_ADDONS_CHANNEL__?.last('storyFinished') !== undefined,
    undefined,
    { polling: 100, timeout: 180_000 },
  )
  await mark(page)
  await openEveryStory(url)
}, 420_000)

afterAll(async () => {
  await browser?.close()
  await storybook.remove()
})

test('every story opens, one after the other in one page, and says nothing of an error', () => {
  expect([...opened.keys()]).toEqual(expect.arrayContaining([door.id, neighbour.id]))
  expect([...opened].filter(([, wrong]) => wrong.length > 0)).toEqual([])
})

test('a handler that the history has not used is edited: state, id and head are kept, and it holds for what comes', async () => {
  const { before, told } = await openDoor()
  editFile('door.ts', 'Wrong code.', 'Not the code.')
  // What is refused is no part of the history.
  const tryCode = async (): Promise<string | null> => {
    await page.getByRole('button', { name: 'Unlock' }).click()
    return page.getByRole('alert').textContent()
  }
  await expect.poll(tryCode, soon).toBe('Not the code.')
  await expect.poll(shown, soon).toEqual(before)
  expect(told()).toEqual([])
  expect(await marks(page)).toEqual({ page: true, main: true })
})

test('a handler that the history has used is edited: state is derived anew, id and head are kept', async () => {
  const { before, told } = await openDoor()
  editFile('door.ts', "return { at: 'locked', code }", "return { at: 'locked', code: `${code}0` }")
  await expect.poll(shown, soon).toEqual({ ...before, state: { at: 'locked', code: '12340' } })
  expect(told()).toEqual([])
  expect(await marks(page)).toEqual({ page: true, main: true })
})

test('a definition on which the history no longer replays: the run starts afresh, and the console says why', async () => {
  const { before, told } = await openDoor()
  editFile('door.ts', 'if (!/^\\d{4}$/.test(code)) throw', 'throw')
  const afresh = { door: 'closed', sequence: '0', state: { at: 'closed' }, code: before.code }
  await expect.poll(shown, soon).toMatchObject(afresh)
  const { id } = await shown()
  expect(id).not.toBe(before.id)
  await expect.poll(shown, soon).toMatchObject({ ...afresh, commits: [id?.slice(0, 7)] })
  expect(told()).toEqual([
    { type: 'warning', text: expect.stringMatching(/door@1.*afresh.*A code has four digits\./s) },
  ])
  expect(await marks(page)).toEqual({ page: true, main: true })
})

test('the view alone is edited: the run, its state and what is the component’s own are kept', async () => {
  const { before, told } = await openDoor()
  editFile('door-flow.tsx', 'The door is', 'This door is')
  await expect.poll(() => page.getByText('This door is').isVisible(), soon).toBe(true)
  await expect.poll(shown, soon).toEqual(before)
  expect(told()).toEqual([])
  expect(await marks(page)).toEqual({ page: true, main: true })
})

/** Opens all that the index holds, and notes what was wrong with each. */
async function openEveryStory(url: string): Promise<void> {
  const { entries } = (await (await fetch(`${url}/index.json`)).json()) as StoryIndex
  const others = Object.values(entries).filter(({ id }) => id !== door.id)
  opened.set(door.id, await wrongSince(0))
  // Documentation last: it renders stories too, and what it tells of them is not to be taken for what they tell.
  for (const entry of others.sort((one, other) => other.type.localeCompare(one.type))) {
    const from = messages.length
    await page.evaluate(goTo, entry)
    opened.set(entry.id, await wrongSince(from))
  }
}

async function wrongSince(from: number): Promise<readonly string[]> {
  const errors = messages.slice(from).filter(({ type }) => type === 'error')
  const reloaded = (await marks(page)).page ? [] : ['the page was loaded again']
  return [...errors.map(({ text }) => text), ...reloaded]
}

/** Runs in the page: goes to a story as the sidebar does, and waits until it has been rendered. */
function goTo({ id, type }: StoryEntry): Promise<void> {
  return new Promise((resolve, reject) => {
    const channel = window.__STORYBOOK_ADDONS_CHANNEL__
    channel?.on('docsRendered', () => resolve())
    channel?.on('storyFinished', (told) => {
      if ((told as { readonly storyId: string }).storyId === id) resolve()
    })
    setTimeout(() => reject(new Error(`${id} was not rendered within a minute`)), 60_000)
    channel?.emit('setCurrentStory', { storyId: id, viewMode: type })
  })
}

/** Opens the story of the door anew, locks the door and types another code. */
async function openDoor(): Promise<OpenDoor> {
  await page.evaluate(goTo, neighbour)
  await page.evaluate(goTo, door)
  const from = messages.length
  const code = page.getByLabel('Code, four digits')
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByRole('button', { name: 'Close' }).click()
  await code.fill('1234')
  await page.getByRole('button', { name: 'Lock' }).click()
  await code.fill('9999')
  await mark(page)
  const locked = { door: 'locked', sequence: '3', state: { at: 'locked', code: '1234' }, code: '9999' }
  await expect.poll(shown, soon).toMatchObject({ ...locked, commits: { length: 4 } })
  return {
    before: await shown(),
    told: () => messages.slice(from).filter(({ type, text }) => type === 'error' || text.includes('door@1')),
  }
}

function shown(): Promise<Shown> {
  return page.evaluate(read)
}

/** Runs in the page. */
function read(): Shown {
  const text = (selector: string): string | undefined => document.querySelector(selector)?.textContent
  const details = [...document.querySelectorAll('section[aria-label="Run"] dt')].map(
    (term) => [term.textContent, term.nextElementSibling?.textContent ?? ''] as const,
  )
  const { id, sequence, state = 'null' } = Object.fromEntries(details)
  return {
    door: text('.door-words strong'),
    code: document.querySelector<HTMLInputElement>('.door-controls input')?.value,
    id,
    sequence,
    state: JSON.parse(state),
    commits: [...document.querySelectorAll('.history .oid')].map(({ textContent }) => textContent),
  }
}

/** Edits a file of the door until the test is over. */
function editFile(name: string, from: string, to: string): void {
  const file = join(storybook.folder, 'apps/flows/src/door', name)
  const before = readFileSync(file, 'utf8')
  onTestFinished(async () => {
    const said = messages.length
    writeFileSync(file, before)
    // Or the next test would open the door as it was edited.
    await vi.waitFor(() => expect(messages.slice(said).map(({ text }) => text)).toContainEqual(updated), soon)
  })
  edit(file, [from, to])
}

/** What Vite says when the page has what was edited. */
const updated: unknown = expect.stringContaining('[vite] hot updated')
