/** Fast Refresh in Storybook: every story is opened once, then files of a flow are edited while its story is open. */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { edit, touch } from './edit.ts'
import { copyStorybook } from './storybook-server.ts'
import { listen, type Message, mark, marks, newContext, soon } from './watched-page.ts'

declare global {
  interface Window {
    /** Connects the sidebar and the frame of the stories. */
    readonly __STORYBOOK_ADDONS_CHANNEL__?: Channel
  }
}

interface Channel {
  on(event: string, listener: (message: unknown) => void): void
  emit(event: string, message: unknown): void
  last(event: string): readonly unknown[] | undefined
}

/** The index of a Storybook. */
interface StoryIndex {
  readonly entries: Readonly<Record<string, StoryEntry>>
}

interface StoryEntry {
  readonly id: string
  readonly type: 'story' | 'docs'
}

/** What the story shows about its door and its run. */
interface Shown {
  readonly door: string | undefined
  readonly code: string | undefined
  readonly id: string | undefined
  readonly sequence: string | undefined
  readonly state: unknown
  /** The oids of the commits, shortened, the newest first. */
  readonly commits: readonly string[]
}

/** The story of the door: the door is locked, and another code is typed. */
interface OpenDoor {
  readonly before: Shown
  /** The console messages about the machine since the story was opened, and every error. */
  logged(): readonly Message[]
}

const storybook = copyStorybook()
let browser: Browser
let address = ''
/** The frame of the stories. Every story is opened in it, then files are edited. */
let page: Page
let messages: readonly Message[]
/** The errors of each story when it was opened. */
const opened = new Map<string, readonly string[]>()

const door: StoryEntry = { id: 'flows-door--by-hand', type: 'story' }
const neighbour: StoryEntry = { id: 'flows-door--driven', type: 'story' }

beforeAll(async () => {
  const [url, launched] = await Promise.all([storybook.start(), chromium.launch(chromiumLaunchOptions())])
  browser = launched
  address = url
  const context = await newContext(browser)
  page = await context.newPage()
  messages = listen(page)
  // Without play functions and accessibility checks: other tests have both.
  await page.goto(`${url}/iframe.html?id=${door.id}&viewMode=story&embed=true&globals=a11y.manual:!true`, {
    waitUntil: 'commit',
  })
  // Vite prepares everything now. Polling in each frame, as Playwright does by default, would slow it down.
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

test('every story opens without an error, one after the other in one page', () => {
  expect([...opened.keys()]).toEqual(expect.arrayContaining([door.id, neighbour.id]))
  expect([...opened].filter(([, wrong]) => wrong.length > 0)).toEqual([])
})

test('a panel beside the story lists the runs of the story, live, and shows their past', async () => {
  const frame = await (await newContext(browser)).newPage()
  // On a narrow page Storybook hides its panels.
  await frame.setViewportSize({ width: 1280, height: 800 })
  await frame.goto(`${address}/?path=/story/${door.id}`)
  const story = frame.frameLocator('#storybook-preview-iframe')
  const panel = frame.getByRole('region', { name: 'Inspector' })
  await story.getByRole('button', { name: 'Open' }).click()
  await panel.getByRole('option', { name: '1 OPEN' }).click()
  await panel.getByRole('option', { name: '0 run door@1' }).click()
  await panel.getByText('The run begins with this state.').waitFor()
  await story.getByText('The door is open.').waitFor()
  // The runs of another story are others.
  await frame.goto(`${address}/?path=/story/flows-checkout-wizard--by-hand`)
  await panel.getByRole('option', { name: '0 run checkout@2' }).waitFor()
  await expect(panel.getByRole('combobox', { name: 'Run' }).locator('option').count()).resolves.toBe(1)
  await frame.close()
})

test('editing a handler that the history has not used keeps state, id and head, and applies to later events', async () => {
  const { before, logged } = await openDoor()
  const afterEdit = editDoor('door.ts', 'Wrong code.', 'Not the code.')
  // A refused event is not in the history.
  const tryCode = async (): Promise<string | null> => {
    await page.getByRole('button', { name: 'Unlock' }).click()
    return page.getByRole('alert').textContent()
  }
  await expect.poll(afterEdit(tryCode), soon).toBe('Not the code.')
  await expect.poll(shown, soon).toEqual(before)
  expect(logged()).toEqual([])
  expect(await marks(page)).toEqual({ page: true, main: true })
})

test('editing a handler that the history has used derives the state again, and keeps id and head', async () => {
  const { before, logged } = await openDoor()
  const afterEdit = editDoor('door.ts', "return { at: 'locked', code }", "return { at: 'locked', code: `${code}0` }")
  await expect.poll(afterEdit(shown), soon).toEqual({ ...before, state: { at: 'locked', code: '56780' } })
  expect(logged()).toEqual([])
  expect(await marks(page)).toEqual({ page: true, main: true })
})

test('if the history no longer replays after an edit, the run starts again, and the console says why', async () => {
  const { before, logged } = await openDoor('1234')
  const afterEdit = editDoor('door.ts', '/^\\d{4}$/', '/^[5-9]\\d{3}$/')
  const afresh = { door: 'closed', sequence: '0', state: { at: 'closed' }, code: before.code }
  await expect.poll(afterEdit(shown), soon).toMatchObject(afresh)
  const { id } = await shown()
  expect(id).not.toBe(before.id)
  await expect.poll(shown, soon).toMatchObject({ ...afresh, commits: [id?.slice(0, 7)] })
  expect(logged()).toEqual([
    { type: 'warning', text: expect.stringMatching(/door@1.*starts over.*A code has four digits\./s) },
  ])
  expect(await marks(page)).toEqual({ page: true, main: true })
})

test('editing only the view keeps the run, its state and the state of the component', async () => {
  const { before, logged } = await openDoor()
  const afterEdit = editDoor('door-flow.tsx', 'The door is', 'This door is')
  await expect
    .poll(
      afterEdit(() => page.getByText('This door is').isVisible()),
      soon,
    )
    .toBe(true)
  await expect.poll(shown, soon).toEqual(before)
  expect(logged()).toEqual([])
  expect(await marks(page)).toEqual({ page: true, main: true })
})

/** Opens everything in the index, and notes the errors of each. */
async function openEveryStory(url: string): Promise<void> {
  const { entries } = (await (await fetch(`${url}/index.json`)).json()) as StoryIndex
  const others = Object.values(entries).filter(({ id }) => id !== door.id)
  opened.set(door.id, await wrongSince(0))
  // Documentation last: it renders stories too, and its messages must not be mistaken for those of a story.
  for (const entry of others.sort((one, other) => other.type.localeCompare(one.type))) {
    const from = messages.length
    await page.evaluate(goTo, entry)
    opened.set(entry.id, await wrongSince(from))
  }
}

async function wrongSince(from: number): Promise<readonly string[]> {
  const errors = messages.slice(from).filter(({ type }) => type === 'error')
  const reloaded = (await marks(page)).page ? [] : ['the page was reloaded']
  return [...errors.map(({ text }) => text), ...reloaded]
}

/** Runs in the page: goes to a story as the sidebar does, and waits until it is rendered. */
function goTo({ id, type }: StoryEntry): Promise<void> {
  return new Promise((resolve, reject) => {
    const channel = window.__STORYBOOK_ADDONS_CHANNEL__
    channel?.on('docsRendered', () => resolve())
    channel?.on('storyFinished', (message) => {
      if ((message as { readonly storyId: string }).storyId === id) resolve()
    })
    setTimeout(() => reject(new Error(`${id} was not rendered within a minute`)), 60_000)
    channel?.emit('setCurrentStory', { storyId: id, viewMode: type })
  })
}

/** Opens the story of the door again, locks the door and types another code. */
async function openDoor(key = '5678'): Promise<OpenDoor> {
  await page.evaluate(goTo, neighbour)
  await page.evaluate(goTo, door)
  const from = messages.length
  const code = page.getByLabel('Code, four digits')
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByRole('button', { name: 'Close' }).click()
  await code.fill(key)
  await page.getByRole('button', { name: 'Lock' }).click()
  await code.fill('9999')
  await mark(page)
  const locked = { door: 'locked', sequence: '3', code: '9999', commits: { length: 4 } }
  await expect.poll(shown, soon).toMatchObject(locked)
  return {
    before: await shown(),
    logged: () => messages.slice(from).filter(({ type, text }) => type === 'error' || text.includes('door@1')),
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

/**
 * Edits a file of the door. The edit stays for the later tests, which it does not affect.
 *
 * @returns reads the page, and saves the file again every two seconds: Vite's watcher drops a change soon after another
 */
function editDoor(name: string, from: string, to: string): <Read>(read: () => Promise<Read>) => () => Promise<Read> {
  const file = join(storybook.folder, 'apps/flows/src/door', name)
  edit(file, [from, to])
  let savedAt = Date.now()
  return (read) => () => {
    if (Date.now() - savedAt > 2000) {
      touch(file)
      savedAt = Date.now()
    }
    return read()
  }
}
