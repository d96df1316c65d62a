/** The shop in a browser: the production build, with the packages as they would be published. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { restoreRun } from '@xmachines/core'
import type { Page } from 'playwright'
import { afterAll, expect, test } from 'vitest'
import { order } from '../order/order.ts'
import { openDesk } from './desk.ts'
import { addLamp, closeBrowser, expectPlace, fillIn, orderLamp, placeOf, soon, visit } from './visitor.ts'

afterAll(closeBrowser)

test('an order goes from the cart in the browser to a parcel, under one id, and its history is in Git', async () => {
  const desk = await openDesk()
  const customer = await visit(desk.url)
  await addLamp(customer.page, 'Vesper')
  await customer.page.goto('/cart')
  await customer.page.getByRole('button', { name: 'One more Vesper' }).click()
  const id = await orderLamp(customer.page, 'Pip')
  await expectPlace(customer.page, 'To pack')

  const staff = await visit(desk.url)
  await staff.page.goto('/staff')
  await staff.page.getByRole('button', { name: 'I am Ines' }).click()
  await staff.page.getByText('Live', { exact: true }).waitFor()
  const row = staff.page.getByRole('row').filter({ hasText: id.slice(0, 8) })
  expect(await row.textContent()).toContain('2 × Vesper, Pip')
  await row.getByRole('link').click()
  // The next control comes to the same place, and the second click is not for it.
  await staff.page.getByRole('button', { name: 'It is packed' }).dblclick()
  await expectPlace(customer.page, 'To ship')
  expect(await placeOf(staff.page)).toBe('To ship')
  await staff.page.getByRole('button', { name: 'It is shipped' }).click()
  await expectPlace(customer.page, 'Shipped')

  const { deeds } = await desk.world()
  await expect
    .poll(async () => (await desk.world()).deeds.map(({ kind }) => kind).toSorted(), soon)
    .toEqual(['mails', 'mails', 'payments', 'slips'])
  expect(deeds.find(({ kind }) => kind === 'payments')?.body).toEqual({ amount: { cents: 42_700, currency: 'EUR' } })

  const repository = join(desk.folder, 'orders.git')
  const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' })
  const log = git('log', '--format=%s', `refs/runs/order/${id}`).trim().split('\n')
  expect(log.map((line) => /"type":"(\w+)"/.exec(line)?.[1]).slice(0, 4)).toEqual(['SHIP', 'PACK', 'PAID', 'PLACE'])
  git('fsck', '--strict')
  // No name and no address is in any history. They are in a file that can be deleted.
  expect(git('log', '--format=%B', '--all')).not.toContain('Clara')
  expect(readdirSync(join(desk.folder, 'people'))).toHaveLength(1)
  await customer.page.getByRole('button', { name: 'Delete my name and address' }).click()
  await customer.page.getByText('Name and address are deleted').waitFor()
  expect(readdirSync(join(desk.folder, 'people'))).toEqual([])

  const download = customer.page.waitForEvent('download')
  await customer.page.getByRole('link', { name: 'Download the run file' }).click()
  const run = restoreRun(order, JSON.parse(readFileSync(await (await download).path(), 'utf8')) as never)
  expect([run.id, run.state.at]).toEqual([id, 'shipped'])
  expect([...customer.complaints, ...staff.complaints]).toEqual([])
})

test('a cart that was changed outside of the shop is refused with a sentence, and nothing is ordered', async () => {
  const desk = await openDesk()
  const { page, complaints } = await visit(desk.url)
  await addLamp(page, 'Heron')
  await fillIn(page)
  await page.route('**/api/r', async (route) => {
    const document = route.request().postData()?.replace('heron', 'pip')
    await route.continue({ postData: document ?? '' })
  })
  await page.getByRole('button', { name: /^Order and pay/ }).click()
  await page.getByText('This cart was changed outside of the shop').waitFor()
  expect((await desk.world()).deeds).toEqual([])
  await page.getByRole('button', { name: 'Begin with an empty cart' }).click()
  await page.getByText('Your cart is empty.').waitFor()
  expect(complaints).toEqual([])
})

test('an order whose answer is lost is placed once, belongs to its customer, and fits on a phone', async () => {
  const desk = await openDesk()
  await desk.behave({ delayMs: 0 })
  const { page, tab, complaints } = await visit(desk.url, { viewport: { width: 390, height: 844 } })
  await addLamp(page, 'Pip')
  await fillIn(page)
  await page.getByLabel('Name').fill('Clara'.repeat(16))
  await page.getByLabel('Address').fill('Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch'.repeat(4))
  // The browser never learns what the server has done, nor its cookies.
  await page.route('**/cart', async (route) => {
    const request = route.request()
    if (request.method() !== 'POST') return await route.continue()
    const { 'content-length': _length, ...headers } = await request.allHeaders()
    const body = request.postDataBuffer()
    await fetch(request.url(), { method: 'POST', headers, ...(body && { body: new Uint8Array(body) }) })
    return await route.abort()
  })
  await page.getByRole('button', { name: /^Order and pay/ }).click()
  await page.getByText('The shop did not answer, so your order may have been placed.').waitFor()
  await page.unroute('**/cart')
  await page.getByRole('button', { name: /^Order and pay/ }).click()
  await page.waitForURL(/orders/)
  await expectPlace(page, 'To pack')
  await page.getByRole('button', { name: 'Delete my name and address' }).waitFor()
  expect((await desk.world()).deeds.filter(({ kind }) => kind === 'payments')).toHaveLength(1)
  expect(readdirSync(join(desk.folder, 'people'))).toHaveLength(1)
  const world = await tab()
  await world.goto('/world')
  for (const shown of [page, world]) {
    expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  }
  expect(complaints).toEqual([])
})

test('two tabs share the cart, and the order of one empties it in both', async () => {
  const desk = await openDesk()
  const { page, tab, complaints } = await visit(desk.url)
  await addLamp(page, 'Mira')
  const other = await tab()
  await addLamp(other, 'Alcove')
  await other.goto('/cart')
  await expect.poll(() => other.locator('.lines').textContent(), soon).toMatch(/Mira.*Alcove/)
  await fillIn(page)
  await other.getByRole('button', { name: 'One more Alcove' }).click()
  await page.getByRole('button', { name: 'Order and pay €437.00' }).click()
  await page.waitForURL(/orders/)
  await other.getByText('Your cart is empty.').waitFor()
  await expect.poll(() => page.locator('header .count').count(), soon).toBe(0)
  await other.goto(page.url())
  await expectPlace(other, 'To pack')
  expect((await desk.world()).deeds.filter(({ kind }) => kind === 'payments')).toHaveLength(1)
  expect(complaints).toEqual([])
})

test('a server that is killed in the middle of a payment goes on with it: it is paid once, and mailed once', async () => {
  const desk = await openDesk()
  // It answers long after the server is gone.
  await desk.behave({ delayMs: 120_000 })
  const { page, complaints } = await visit(desk.url)
  await orderLamp(page, 'Pip')
  await expect.poll(async () => (await desk.world()).deeds.length, soon).toBe(1)
  await desk.kill()
  await page.getByText('The shop cannot be reached').waitFor()
  await desk.behave({ delayMs: 0 })
  await desk.start()
  await expectPlace(page, 'To pack')
  await expect
    .poll(async () => (await desk.world()).deeds.map(({ kind }) => kind).toSorted(), soon)
    .toEqual(['mails', 'payments', 'slips'])
  expect(complaints).toEqual([])
})

test('a provider that fails is asked until it answers, and a payment is made once', async () => {
  const desk = await openDesk()
  await desk.behave({ mode: 'fails', delayMs: 0 })
  const { page, complaints } = await visit(desk.url)
  const id = await orderLamp(page, 'Fête')
  await expectPlace(page, 'Paying')
  // The way back does not lead to a cart that could be ordered again.
  await page.goBack()
  await page.getByText('Your cart is empty.').waitFor()
  await page.goto('/world')
  await page.getByLabel('It works').check()
  await page.getByRole('button', { name: 'Set' }).click()
  await page.getByText('It is set.').waitFor()
  await expect.poll(async () => (await desk.world()).conduct.mode, soon).toBe('works')
  await page.goto(`/orders/${id}`)
  await expectPlace(page, 'To pack')
  expect((await desk.world()).deeds.filter(({ kind }) => kind === 'payments')).toHaveLength(1)
  expect(complaints).toEqual([])
})

test('a reload and another tab in the middle of a payment change nothing: it is paid once', async () => {
  const desk = await openDesk()
  await desk.behave({ mode: 'fails', delayMs: 0 })
  const { page, tab, complaints } = await visit(desk.url)
  const id = await orderLamp(page, 'Vesper')
  await expectPlace(page, 'Paying')
  await page.reload()
  const other = await tab()
  await other.goto(`/orders/${id}`)
  for (const shown of [page, other]) {
    await shown.getByText('Live', { exact: true }).waitFor()
    expect(await placeOf(shown)).toBe('Paying')
  }
  await desk.behave({ mode: 'works' })
  const payments = async () => (await desk.world()).deeds.filter(({ kind }) => kind === 'payments').length
  for (const shown of [page, other]) await expectPlace(shown, 'To pack')
  expect(await payments()).toBe(1)
  expect(complaints).toEqual([])
})

test('what is done while the shop cannot be reached is kept over a reload, and done once', async () => {
  const desk = await openDesk()
  await desk.behave({ mode: 'declines', delayMs: 0 })
  const { page, complaints } = await visit(desk.url)
  await orderLamp(page, 'Alcove')
  await expectPlace(page, 'Not paid')
  await desk.behave({ mode: 'works' })
  // The page is there, and its runs are not.
  await page.route('**/api/**', (route) => route.abort())
  await page.getByRole('button', { name: 'Try the payment again' }).dblclick()
  await expectPlace(page, 'Paying')
  await page.getByText('1 to be confirmed by the server').waitFor()
  await page.reload()
  await page.getByText('What you did (1) is kept').waitFor()
  expect(await placeOf(page)).toBe('Paying')
  await page.unroute('**/api/**')
  await expectPlace(page, 'To pack')
  const payments = (await desk.world()).deeds.filter(({ kind }) => kind === 'payments')
  expect(payments.map(({ status }) => status)).toEqual([402, 201])
  expect(complaints).toEqual([])
})

test('an approval of what was not seen is refused, and the page shows what has changed', async () => {
  const desk = await openDesk()
  await desk.behave({ delayMs: 0 })
  const customer = await visit(desk.url)
  const id = await orderLamp(customer.page, 'Heron')
  await expectPlace(customer.page, 'To pack')
  async function ask(amount: string): Promise<void> {
    await customer.page.getByText(/^Ask for (a refund|another amount)/).click()
    await customer.page.getByLabel('Amount in euros').fill(amount)
    await customer.page.getByRole('button', { name: 'Ask for it' }).click()
  }
  /** The customer knows what they have changed. */
  async function expectNews(amount: string): Promise<void> {
    await customer.page.locator('.review .amount').getByText(amount).waitFor()
    await customer.page.locator('.history .pending').waitFor({ state: 'detached' })
    expect(await customer.page.getByText('This has changed').count()).toBe(0)
  }
  await ask('120')
  await expectPlace(customer.page, 'To approve')
  await expectNews('€120.00')

  const staff = await visit(desk.url, { staff: 'Jonas' })
  await staff.page.goto(`/orders/${id}`)
  await staff.page.getByRole('button', { name: 'Approve €120.00' }).waitFor()
  await staff.page.getByText('Live', { exact: true }).waitFor()
  await ask('400')
  await expectNews('€400.00')
  await staff.page.getByText('This has changed since you opened it.').waitFor()
  await staff.page.getByRole('button', { name: 'Approve €120.00' }).click()
  await staff.page.getByText('so nothing was done').waitFor()
  expect(await placeOf(staff.page)).toBe('To approve')
  await staff.page.getByRole('button', { name: 'Look at that' }).click()
  await staff.page.getByRole('button', { name: 'Approve €400.00' }).click()
  // The rest is not refunded, so the order goes on where it was.
  await expectPlace(staff.page, 'To pack')
  const refunds = (await desk.world()).deeds.filter(({ kind }) => kind === 'refunds')
  expect(refunds.map(({ body }) => body['amount'])).toEqual([{ cents: 40_000, currency: 'EUR' }])
  expect(await staff.page.locator('.history').textContent()).toMatch(
    /The refund was approved, as seen at [0-9a-f]{8}Jonas/,
  )
  expect([...customer.complaints, ...staff.complaints]).toEqual([])
})

test('without JavaScript a cart is filled, ordered, and cancelled', async () => {
  const desk = await openDesk()
  await desk.behave({ mode: 'declines', delayMs: 0 })
  const { page } = await visit(desk.url, { javaScriptEnabled: false })
  await page.goto('/')
  await page.getByRole('button', { name: 'Add to cart: Fête' }).click()
  await page.getByRole('button', { name: 'One more Fête' }).click()
  await expect.poll(() => page.locator('.lines .total').textContent(), soon).toContain('€64.00')
  await page.getByLabel('Name').fill('Clara Brandt')
  await page.getByLabel('E-mail').fill('clara@example.org')
  await page.getByLabel('Address').fill(' ')
  await page.getByRole('button', { name: /^Order and pay/ }).click()
  await page.getByText('Please check your address.').waitFor()
  expect(await page.getByLabel('E-mail').inputValue()).toBe('clara@example.org')
  await fillIn(page)
  await page.getByRole('button', { name: /^Order and pay/ }).click()
  await page.waitForURL(/orders/)
  await expect
    .poll(async () => {
      await page.reload()
      return await placeOf(page)
    }, soon)
    .toBe('Not paid')
  await page.getByRole('button', { name: 'Cancel the order' }).click()
  await expect
    .poll(async () => {
      await page.reload()
      return await placeOf(page)
    }, soon)
    .toBe('Cancelled')
  await page.goto('/cart')
  await page.getByText('Your cart is empty.').waitFor()
})

test('a cart that was filled without JavaScript goes into the browser, and pages that do not open it count what is in it', async () => {
  const desk = await openDesk()
  const before = await visit(desk.url, { javaScriptEnabled: false })
  await before.page.goto('/')
  await before.page.getByRole('button', { name: 'Add to cart: Fête' }).click()
  await before.page.waitForURL(/cart/)

  const { page, tab, context, complaints } = await visit(desk.url)
  await context.addCookies(await before.context.cookies())
  const count = (shown: Page) => shown.locator('header .count').textContent()
  await page.goto('/world')
  await expect.poll(() => count(page), soon).toBe('1')
  await expect.poll(async () => (await context.cookies()).map(({ name }) => name), soon).not.toContain('cart')
  const other = await tab()
  await other.goto('/world')
  await expect.poll(() => count(other), soon).toBe('1')
  await addLamp(page, 'Fête')
  await expect.poll(() => count(other), soon).toBe('2')
  await other.goto('/cart')
  await expect.poll(() => other.locator('.lines output').textContent(), soon).toBe('2')
  expect(complaints).toEqual([])
})

test('a button says so if the cart cannot be loaded, and puts each lamp into it once that is possible', async () => {
  const desk = await openDesk()
  const { page, complaints } = await visit(desk.url)
  await page.goto('/')
  await page.locator('.said').first().waitFor({ state: 'attached' })
  await page.route('**/_next/static/**', (route) => route.abort())
  const button = page.getByRole('button', { name: 'Add to cart: Pip' })
  await button.click()
  await page.getByText('The shop cannot be reached.').waitFor()
  await page.unroute('**/_next/static/**')
  await button.dblclick()
  await page.getByText('Pip is in your cart.').waitFor()
  await expect.poll(() => page.locator('header .count').textContent(), soon).toBe('2')
  expect(complaints).toEqual([])
})
