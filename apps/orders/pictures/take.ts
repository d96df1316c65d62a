// Takes the pictures of the README: `pnpm dev` in one terminal, `pnpm pictures` in another.

import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { chromiumLaunchOptions } from '../../../scripts/chromium.ts'

const [url = 'http://localhost:3000'] = process.argv.slice(2)

async function open(browser: Browser, colorScheme: 'light' | 'dark', staff?: string, width = 1200): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 760 }, colorScheme, baseURL: url })
  if (staff !== undefined) await context.addCookies([{ name: 'staff', value: staff, url }])
  return await context.newPage()
}

async function take(page: Page, name: string, fullPage = false): Promise<void> {
  await page.screenshot({ path: join(import.meta.dirname, `${name}.png`), fullPage })
  console.log(`${name}.png`)
}

const browser = await chromium.launch(chromiumLaunchOptions())

const customer = await open(browser, 'light')
await customer.goto('/')
await customer.locator('.said').first().waitFor({ state: 'attached' })
for (const name of ['Heron', 'Pip']) {
  await customer.getByRole('button', { name: `Add to cart: ${name}` }).click()
  await customer.getByText(`${name} is in your cart.`).waitFor()
}
await customer.mouse.move(0, 0)
await customer.evaluate(() => window.scrollTo(0, 0))
await take(customer, 'shop')
await customer.goto('/cart')
await customer.getByLabel('Name').fill('Clara Brandt')
await customer.getByLabel('E-mail').fill('clara@example.org')
await customer.getByLabel('Address').fill('12 Linden Row, Cork')
await take(customer, 'cart')
await customer.getByRole('button', { name: /^Order and pay/ }).click()
await customer.waitForURL(/orders/)
await customer.getByText('It is paid').waitFor()
const path = new URL(customer.url()).pathname

const staff = await open(browser, 'dark', 'Ines')
await staff.goto('/staff')
await staff.getByText('Live', { exact: true }).waitFor()
await take(staff, 'board')
await staff.goto(path)
await staff.getByText('Live', { exact: true }).waitFor()
await take(staff, 'order', true)

async function askFor(amount: string): Promise<void> {
  await customer.getByText(/^Ask for (a refund|another amount)/).click()
  await customer.getByLabel('Amount in euros').fill(amount)
  await customer.getByRole('button', { name: 'Ask for it' }).click()
}
await askFor('120')
const approver = await open(browser, 'light', 'Jonas', 420)
// So high that all of the approval is in the picture.
await approver.setViewportSize({ width: 420, height: 980 })
await approver.goto(path)
await approver.getByText('Live', { exact: true }).waitFor()
await askFor('400')
await approver.getByText('This has changed').waitFor()
await approver.getByRole('button', { name: 'Approve €120.00' }).click()
await approver.getByText('so nothing was done').waitFor()
await take(approver, 'approval')

await browser.close()
