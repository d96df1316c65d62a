/** The network breaks off, or the payment provider keeps silent: nothing is lost, and nobody pays twice. */
import type { Page } from 'playwright'
import { afterAll, expect, test } from 'vitest'
import { type Desk, openDesk } from './desk.ts'
import { openNetwork } from './network.ts'
import { closeBrowser, expectPlace, orderLamp, placeOf, soon, visit } from './visitor.ts'

afterAll(closeBrowser)

async function expectLine(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.locator('.heading .line').textContent(), soon).toBe(text)
}

const isAway = 'The shop cannot be reached at the moment.'
const hasKept = `${isAway} What you did (1) is kept, and sent then.`

/** What the provider was asked for, with what it answered. */
async function paymentsAt(desk: Desk): Promise<number[]> {
  return (await desk.world()).deeds.filter(({ kind }) => kind === 'payments').map(({ status }) => status)
}

test('a payment goes on without the network of its customer, and what they did meanwhile is kept, sent, and refused', async () => {
  const desk = await openDesk()
  const network = await openNetwork(desk.port)
  await desk.behave({ mode: 'fails', delayMs: 0 })
  const { page, complaints } = await visit(network.url)
  await orderLamp(page, 'Heron')
  await expectPlace(page, 'Paying')
  await expectLine(page, 'Live')
  network.cut()
  await expectLine(page, isAway)
  await desk.behave({ mode: 'works' })
  const kinds = async (): Promise<string[]> => (await desk.world()).deeds.map(({ kind }) => kind).toSorted()
  await expect.poll(kinds, soon).toEqual(['mails', 'payments', 'slips'])
  expect(await placeOf(page)).toBe('Paying')
  await page.getByRole('button', { name: 'Cancel the order' }).click()
  await expectLine(page, hasKept)
  expect(await placeOf(page)).toBe('Cancelling')
  network.mend()
  await expectPlace(page, 'To pack')
  await page.getByText('The order has moved on, so this is no longer possible. It is now “To pack”.').waitFor()
  await expectLine(page, 'Live')
  expect(await kinds()).toEqual(['mails', 'payments', 'slips'])
  expect(complaints).toEqual([])
})

test('a payment that is tried again while the network breaks off is made once, though the answer is lost', async () => {
  const desk = await openDesk()
  const network = await openNetwork(desk.port)
  await desk.behave({ mode: 'declines', delayMs: 0 })
  const { page, complaints } = await visit(network.url)
  await orderLamp(page, 'Mira')
  await expectPlace(page, 'Not paid')
  await desk.behave({ mode: 'works' })
  network.cutBehind('PATCH')
  await page.getByRole('button', { name: 'Try the payment again' }).click()
  await expectLine(page, hasKept)
  await expect.poll(() => paymentsAt(desk), soon).toEqual([402, 201])
  network.mend()
  await expectPlace(page, 'To pack')
  await expectLine(page, 'Live')
  expect(await page.locator('.history').getByText('The payment was tried again').count()).toBe(1)
  expect(await paymentsAt(desk)).toEqual([402, 201])
  expect(complaints).toEqual([])
})

test('pages whose browser is offline say so, keep what is done, and go on when the browser is back', async () => {
  const desk = await openDesk()
  await desk.behave({ mode: 'declines', delayMs: 0 })
  const { page, context, complaints } = await visit(desk.url)
  await orderLamp(page, 'Pip')
  await expectPlace(page, 'Not paid')
  await expectLine(page, 'Live')
  await desk.behave({ mode: 'works' })
  const staff = await visit(desk.url, { staff: 'Ines' })
  await staff.page.goto('/staff')
  await expectLine(staff.page, 'Live')
  // Chromium keeps a stream that is open, as a network does that is gone without a word.
  for (const one of [context, staff.context]) await one.setOffline(true)
  for (const one of [page, staff.page]) await expectLine(one, isAway)
  await page.getByRole('button', { name: 'Try the payment again' }).click()
  await expectLine(page, hasKept)
  for (const one of [context, staff.context]) await one.setOffline(false)
  await expectPlace(page, 'To pack')
  for (const one of [page, staff.page]) await expectLine(one, 'Live')
  await expect.poll(() => staff.page.locator('tbody .pill').allTextContents(), soon).toEqual(['To pack'])
  expect(await paymentsAt(desk)).toEqual([402, 201])
  expect([...complaints, ...staff.complaints]).toEqual([])
})

test('a provider that does not answer in time is asked for the same payment again, and the order says what happened', async () => {
  const desk = await openDesk({ patience: 2000 })
  await desk.behave({ delayMs: 30_000 })
  const { page, complaints } = await visit(desk.url)
  await orderLamp(page, 'Vesper')
  await expectPlace(page, 'Not paid')
  await page.getByText('The payment provider did not answer in time. The order waits for its payment.').waitFor()
  // It has the money already, and would say so too late.
  expect(await paymentsAt(desk)).toEqual([201])
  await desk.behave({ delayMs: 0 })
  // A busy machine may be late again. Each try is the same payment.
  async function tryAgain(): Promise<string | null> {
    const again = page.getByRole('button', { name: 'Try the payment again' })
    if (await again.isVisible()) await again.click()
    return await placeOf(page)
  }
  await expect.poll(tryAgain, soon).toBe('To pack')
  expect(await paymentsAt(desk)).toEqual([201])
  expect(complaints).toEqual([])
})
