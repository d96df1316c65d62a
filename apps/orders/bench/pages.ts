// The pages of the shop, each with the click that somebody makes there most.

import type { RunEntry } from '@xmachines/http'
import type { Page } from 'playwright'
import { addLamp } from '../test/visitor.ts'
import type { Visited } from './vitals.ts'

const isLive = (page: Page): Promise<void> => page.getByText('Live', { exact: true }).waitFor()
const staff = { staff: 'Ines' }

/** @param runs the sample orders */
export function pagesOf(runs: readonly RunEntry[]): Visited[] {
  const orderAt = (place: string): string => `/orders/${runs.find(({ at }) => at === place)?.id}`
  return [
    {
      name: 'shop',
      path: '/',
      ready: (page) => page.locator('.said').first().waitFor({ state: 'attached' }),
      click: (page) => page.getByRole('button', { name: 'Add to cart: Pip' }).click(),
    },
    {
      name: 'cart and checkout',
      path: '/cart',
      before: (page) => addLamp(page, 'Pip'),
      ready: (page) => page.getByLabel('Name').waitFor(),
      click: (page) => page.getByRole('button', { name: 'One more Pip' }).click(),
    },
    {
      name: 'order, its customer',
      path: orderAt('unpaid'),
      // Whose sample it is.
      cookies: { customer: 'sample-4' },
      ready: isLive,
      click: (page) => page.getByText('Inspect it').click(),
    },
    {
      name: 'order, the staff',
      path: orderAt('shipped'),
      cookies: staff,
      ready: isLive,
      click: (page) => page.getByText('Ask for a refund').click(),
    },
    {
      name: 'board',
      path: '/staff',
      cookies: staff,
      ready: isLive,
      click: (page) => page.getByRole('link', { name: /^To pack/ }).click(),
    },
    {
      name: 'sign-in of the staff',
      path: '/staff',
      ready: (page) => page.getByRole('button', { name: 'I am Ines' }).waitFor(),
      click: (page) => page.getByRole('button', { name: 'I am Ines' }).click(),
    },
    {
      name: 'world',
      path: '/world',
      ready: (page) => page.getByRole('button', { name: 'Set' }).waitFor(),
      click: (page) => page.getByLabel('It works').click(),
    },
    { name: 'no such order', path: '/orders/none', ready: (page) => page.getByText('There is nothing here').waitFor() },
  ]
}
