/** Two servers on one store: whoever is first wins, and the other is notified. */
import type { Page } from 'playwright'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { startPostgres } from '../../../scripts/postgres.ts'
import { openDesk } from './desk.ts'
import { closeBrowser, expectPlace, orderLamp, soon, visit } from './visitor.ts'

afterAll(closeBrowser)

async function openPostgres(): Promise<string> {
  const { user, host, port, database, stop } = await startPostgres()
  onTestFinished(stop)
  return `postgres://${user}@${host}:${port}/${database}`
}

/** Holds back what the pages send until each of them has sent something. */
async function sendAtOnce(pages: readonly Page[]): Promise<void> {
  let waiting = pages.length
  let release = (): void => undefined
  const allHaveSent = new Promise<void>((resolve) => {
    release = resolve
  })
  for (const page of pages) {
    await page.route('**/api/r/*', async (route) => {
      if (route.request().method() === 'PATCH') {
        waiting -= 1
        if (waiting === 0) release()
        await allHaveSent
      }
      await route.continue()
    })
  }
}

test.each([
  ['in a Git repository', () => Promise.resolve(undefined)],
  ['in Postgres', openPostgres],
])(
  'two of the staff ship an order at once, at two servers on one store %s: one parcel, and one is refused',
  async (_title, open) => {
    const databaseUrl = await open()
    const desk = await openDesk(databaseUrl === undefined ? {} : { databaseUrl })
    await desk.behave({ delayMs: 0 })
    const other = await desk.another()
    const customer = await visit(desk.url)
    const id = await orderLamp(customer.page, 'Alcove')
    await expectPlace(customer.page, 'To pack')

    const ines = await visit(desk.url, { staff: 'Ines' })
    const jonas = await visit(other.url, { staff: 'Jonas' })
    const pages = [ines.page, jonas.page]
    for (const page of pages) {
      await page.goto(`/orders/${id}`)
      await page.getByText('Live', { exact: true }).waitFor()
    }
    await ines.page.getByRole('button', { name: 'It is packed' }).click()
    await expectPlace(jonas.page, 'To ship')

    await sendAtOnce(pages)
    await Promise.all(pages.map((page) => page.getByRole('button', { name: 'It is shipped' }).click()))
    await expectPlace(customer.page, 'Shipped')
    const refused = () => Promise.all(pages.map((page) => page.getByText('The order has moved on').count()))
    await expect.poll(async () => (await refused()).toSorted((one, two) => one - two), soon).toEqual([0, 1])
    for (const page of [...pages, customer.page]) {
      await expectPlace(page, 'Shipped')
      await expect.poll(() => page.locator('.history').getByText('The parcel was handed over').count(), soon).toBe(1)
    }
    await expect
      .poll(async () => (await desk.world()).deeds.filter(({ kind }) => kind === 'mails').length, soon)
      .toBe(2)
    expect([customer, ines, jonas].flatMap(({ complaints }) => complaints)).toEqual([])
  },
)
