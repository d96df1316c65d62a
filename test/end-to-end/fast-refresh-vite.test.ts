/** Fast Refresh in Vite: edits files of an app while its page is open. */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/chromium.ts'
import { edit, writeAgain } from './edit.ts'
import { makeApps } from './vite-server.ts'
import { listen, type Message, mark, marks, newContext, soon } from './watched-page.ts'

/** The till, as a page shows it. */
interface Shown {
  readonly title: string | undefined
  readonly cents: string | undefined
  readonly run: string | undefined
  readonly head: string | undefined
  readonly sequence: string | undefined
  readonly remark: string | undefined
  readonly receipts: readonly string[]
}

/** A page that is open, with two payments made and a remark typed. */
interface OpenTill {
  readonly page: Page
  readonly messages: readonly Message[]
  /** The path of the machine. */
  readonly machine: string
  /** The till before any edit. */
  readonly before: Shown
  /** Edits the machine, and the title in the same file. The new title shows that the page has the edit. */
  editMachine(oldText: string, newText: string): void
  editView(oldText: string, newText: string): void
  press(button: 'Pay' | 'Refund'): Promise<void>
  shown(): Promise<Shown>
}

const apps = makeApps()
let browser: Browser

vi.setConfig({ testTimeout: 120_000 })

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
      // After any edit, the page, the component and the component's state are still those that were opened.
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
    expect(machineMessages(till)).toEqual([])
  })

  whileOpen('has its state computed again when a handler is edited that its history has used', async (till) => {
    const { before } = till
    till.editMachine('till.cents + cents', 'till.cents + 10 * cents')
    await expect.poll(till.shown, soon).toEqual({ ...before, title, cents: '200' })

    await till.press('Pay')
    const receipts = [...before.receipts, `${before.run}/2`]
    await expect.poll(till.shown, soon).toMatchObject({ cents: '250', sequence: '3', run: before.run, receipts })
    expect(machineMessages(till)).toEqual([])
  })

  whileOpen('starts over when its history does not replay, and the console says why', async (till) => {
    const { before } = till
    till.editMachine('emit({', "if (till.cents > 100) throw new Error('Pay only once.')\n      emit({")
    await expect.poll(till.shown, soon).toMatchObject({ title, cents: '100', sequence: '0', receipts: before.receipts })
    const { run } = await till.shown()
    expect(run).not.toBe(before.run)
    const text = expect.stringMatching(/till@1.*starts over.*Pay only once\./s)
    expect(machineMessages(till)).toEqual([{ type: 'warning', text }])

    await till.press('Pay')
    const receipts = [...before.receipts, `${run}/0`]
    await expect.poll(till.shown, soon).toMatchObject({ cents: '105', sequence: '1', run, receipts })
  })

  whileOpen('gets another id when the initial state is edited, and the console names it', async (till) => {
    const { before } = till
    till.editMachine('cents: 100 }', 'cents: 500 }')
    await expect.poll(till.shown, soon).toMatchObject({ title, cents: '510', sequence: '2', receipts: before.receipts })
    const { run, head } = await till.shown()
    expect(run).not.toBe(before.run)
    expect(head).not.toBe(before.head)
    expect(machineMessages(till)).toEqual([{ type: 'info', text: expect.stringMatching(/till@1.* id/) }])
    expect(machineMessages(till)[0]?.text).toContain(before.run)
    expect(machineMessages(till)[0]?.text).toContain(run)

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
    expect(machineMessages(till)).toEqual([])
  })

  whileOpen('continues when an edit that broke the machine is repaired', async (till) => {
    const { before, page } = till
    till.editMachine("version: '1',", "version: '1'")
    await page.locator('vite-error-overlay').waitFor({ state: 'attached' })
    expect(await till.shown()).toEqual(before)

    edit(till.machine, ["version: '1'", "version: '1',"])
    // The watcher of Vite ignores a change of the same file within 50 ms, which is faster than any person.
    const shown = (): Promise<Shown> => {
      writeAgain(till.machine)
      return till.shown()
    }
    await expect.poll(shown, { ...soon, interval: 200 }).toEqual({ ...before, title })
    // Messages of Vite and the browser about the broken edit are not errors of the page.
    expect(machineMessages(till).filter(({ text }) => !/^(\[vite\] )?Failed to (re)?load/.test(text))).toEqual([])
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
  await page.getByLabel('Remark').fill('exact change')
  await mark(page)
  await expect.poll(shown, soon).toMatchObject({ title: 'Till', cents: '110', sequence: '2', remark: 'exact change' })
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
    editMachine: (oldText, newText) => edit(machine, [oldText, newText], ["title = 'Till'", "title = 'Till, edited'"]),
    editView: (oldText, newText) => edit(join(app, view), [oldText, newText]),
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
function machineMessages({ messages }: OpenTill): readonly Message[] {
  return messages.filter(({ type, text }) => type === 'error' || text.includes('till@1'))
}
