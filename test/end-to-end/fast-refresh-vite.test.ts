/** Fast Refresh in Vite: files of an app are edited while its page is open. */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { edit, touch } from './edit.ts'
import { makeApps } from './vite-server.ts'
import { listen, type Message, mark, marks, newContext, soon } from './watched-page.ts'

/** What a page shows about its till. */
interface Shown {
  readonly title: string | undefined
  readonly cents: string | undefined
  readonly run: string | undefined
  readonly head: string | undefined
  readonly sequence: string | undefined
  readonly remark: string | undefined
  readonly receipts: readonly string[]
}

/** An open page, after two payments and a remark. */
interface OpenTill {
  readonly page: Page
  readonly messages: readonly Message[]
  /** The path of the machine. */
  readonly machine: string
  /** What it shows before the edit. */
  readonly before: Shown
  /** Edits the machine, and the title with it, which shows that the page has the edit. */
  editMachine(from: string, to: string): void
  editView(from: string, to: string): void
  press(button: 'Pay' | 'Refund'): Promise<void>
  shown(): Promise<Shown>
}

const apps = makeApps()
let browser: Browser

beforeAll(async () => {
  ;[browser] = await Promise.all([chromium.launch(chromiumLaunchOptions()), apps.start()])
})

afterAll(async () => {
  await browser?.close()
  await apps.remove()
})

describe.each([
  ['useRun', 'index.html', 'till-page.tsx'],
  ['the Provider of createRunContext', 'shared.html', 'shared-page.tsx'],
])('a run that %s made', (_maker, html, view) => {
  const title = 'Till, edited'

  function whileOpen(behaviour: string, body: (till: OpenTill) => Promise<void>): void {
    const app = apps.copy()
    test(behaviour, async () => {
      const till = await open(app, html, view)
      await body(till)
      // After every edit the page, the component and its own state are still the same.
      expect(await marks(till.page)).toEqual({ page: true, main: true })
      expect(await till.shown()).toMatchObject({ remark: till.before.remark })
    })
  }

  whileOpen('keeps state, id and head when a handler is edited that its history has not used', async (till) => {
    const { before } = till
    till.editMachine('till.cents - cents', 'till.cents - 10 * cents')
    await expect.poll(till.shown, soon).toEqual({ ...before, title })

    await till.press('Refund')
    await expect.poll(till.shown, soon).toMatchObject({ cents: '100', sequence: '3', run: before.run })
    expect(logged(till)).toEqual([])
  })

  whileOpen('derives its state again when a handler is edited that its history has used', async (till) => {
    const { before } = till
    till.editMachine('till.cents + cents', 'till.cents + 10 * cents')
    await expect.poll(till.shown, soon).toEqual({ ...before, title, cents: '200' })

    await till.press('Pay')
    const receipts = [...before.receipts, `${before.run}/2`]
    await expect.poll(till.shown, soon).toMatchObject({ cents: '250', sequence: '3', run: before.run, receipts })
    expect(logged(till)).toEqual([])
  })

  whileOpen('starts again when its history no longer replays, and the console says why', async (till) => {
    const { before } = till
    till.editMachine('emit({', "if (till.cents > 100) throw new Error('One pays once.')\n      emit({")
    await expect.poll(till.shown, soon).toMatchObject({ title, cents: '100', sequence: '0', receipts: before.receipts })
    const { run } = await till.shown()
    expect(run).not.toBe(before.run)
    const text = expect.stringMatching(/till@1.*starts over.*One pays once\./s)
    expect(logged(till)).toEqual([{ type: 'warning', text }])

    await till.press('Pay')
    const receipts = [...before.receipts, `${run}/0`]
    await expect.poll(till.shown, soon).toMatchObject({ cents: '105', sequence: '1', run, receipts })
  })

  whileOpen('has another id after the initial state is edited, and the console names both', async (till) => {
    const { before } = till
    till.editMachine('cents: 100 }', 'cents: 500 }')
    await expect.poll(till.shown, soon).toMatchObject({ title, cents: '510', sequence: '2', receipts: before.receipts })
    const { run, head } = await till.shown()
    expect(run).not.toBe(before.run)
    expect(head).not.toBe(before.head)
    expect(logged(till)).toEqual([{ type: 'info', text: expect.stringMatching(/till@1.* id/) }])
    expect(logged(till)[0]?.text).toContain(before.run)
    expect(logged(till)[0]?.text).toContain(run)

    await till.press('Pay')
    const receipts = [...before.receipts, `${run}/2`]
    await expect.poll(till.shown, soon).toMatchObject({ cents: '515', sequence: '3', run, receipts })
  })

  whileOpen('stays the same when only the view is edited', async (till) => {
    const { before } = till
    till.editView('<h1>{title}</h1>', '<h1>{title}, edited</h1>')
    await expect.poll(till.shown, soon).toEqual({ ...before, title })

    await till.press('Pay')
    const receipts = [...before.receipts, `${before.run}/2`]
    await expect.poll(till.shown, soon).toMatchObject({ cents: '115', sequence: '3', run: before.run, receipts })
    expect(logged(till)).toEqual([])
  })

  whileOpen('continues after an edit that broke the machine is corrected', async (till) => {
    const { before, page } = till
    till.editMachine("version: '1',", "version: '1'")
    await page.locator('vite-error-overlay').waitFor({ state: 'attached' })
    expect(await till.shown()).toEqual(before)

    edit(till.machine, ["version: '1'", "version: '1',"])
    // Vite's watcher drops a change that follows another within 50 ms, so the file is saved until the page shows it.
    const saved = (): Promise<Shown> => {
      touch(till.machine)
      return till.shown()
    }
    await expect.poll(saved, { ...soon, interval: 200 }).toEqual({ ...before, title })
    // The messages of Vite and the browser about the broken edit are not errors of the page.
    expect(logged(till).filter(({ text }) => !/^(\[vite\] )?Failed to (re)?load/.test(text))).toEqual([])
  })
})

/** Opens a page of an app, pays twice and types a remark. */
async function open(app: string, html: string, view: string): Promise<OpenTill> {
  const context = await newContext(browser)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const messages = listen(page)
  await page.goto(apps.url(app, html))
  const press = (name: 'Pay' | 'Refund'): Promise<void> => page.getByRole('button', { name }).click()
  const shown = (): Promise<Shown> => page.evaluate(read)
  await press('Pay')
  await press('Pay')
  await page.getByLabel('Remark').fill('exact')
  await mark(page)
  await expect.poll(shown, soon).toMatchObject({ title: 'Till', cents: '110', sequence: '2', remark: 'exact' })
  const before = await shown()
  await expect.poll(shown, soon).toMatchObject({ receipts: [`${before.run}/0`, `${before.run}/1`] })
  const machine = join(app, 'till.ts')
  return {
    page,
    messages,
    machine,
    before: await shown(),
    press,
    shown,
    editMachine: (from, to) => edit(machine, [from, to], ["title = 'Till'", "title = 'Till, edited'"]),
    editView: (from, to) => edit(join(app, view), [from, to]),
  }
}

/** Runs in the page. */
function read(): Shown {
  const main = document.querySelector('main')
  return {
    title: main?.querySelector('h1')?.textContent,
    cents: main?.querySelector('output')?.textContent.replace('In it: ', ''),
    run: main?.dataset['run'],
    head: main?.dataset['head'],
    sequence: main?.dataset['sequence'],
    remark: main?.querySelector('input')?.value,
    receipts: window.receipts,
  }
}

/** The console messages about the machine, and every error. */
function logged({ messages }: OpenTill): readonly Message[] {
  return messages.filter(({ type, text }) => type === 'error' || text.includes('till@1'))
}
