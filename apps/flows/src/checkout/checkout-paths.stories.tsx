// The checkout, driven along the shortest path to each of its states as a customer would go it, and held against its machine
// after each step.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { type MachinePath, pathsOf } from '@xmachines/core/testing'
import { expect, fireEvent, userEvent, waitFor, within } from 'storybook/test'

import { type Checkout, type CheckoutEvent, checkout } from './checkout.ts'
import { CheckoutFlow } from './checkout-flow.tsx'
import { CUSTOMERS } from './customers.ts'
import { fakeGateway } from './gateway.ts'
import { FIELDS, type FormStep, totalOf } from './order.ts'

const bell = new EventTarget()

// It only tests, so the sidebar does not show it.
const meta: Meta<typeof CheckoutFlow> = {
  title: 'Tests/Checkout wizard',
  component: CheckoutFlow,
  tags: ['!dev'],
  args: {
    gateway: fakeGateway(() => new Promise((resolve) => bell.addEventListener('ring', resolve, { once: true }))),
  },
}

export default meta

const [customer] = CUSTOMERS as readonly [(typeof CUSTOMERS)[number]]

/** What a customer can do next, and what the gateway answers. */
function eventsIn(state: Checkout): readonly CheckoutEvent[] {
  const edits = (step: FormStep): readonly CheckoutEvent[] =>
    FIELDS[step]
      .filter((field) => state.order[field] === '')
      .slice(0, 1)
      .map((field) => ({ type: 'EDIT', field, text: customer[field] }))
  if (state.at === 'delivery') return [...edits('delivery'), { type: 'SHIP', by: 'courier' }, { type: 'NEXT' }]
  if (state.at === 'payment') return [...edits('payment'), { type: 'BACK' }, { type: 'NEXT' }]
  if (state.at === 'review') return [{ type: 'BACK' }, { type: 'PAY' }]
  return [
    { type: 'PAID', cents: totalOf(state.order), receipt: 'R' },
    { type: 'DECLINED', reason: 'No.' },
  ]
}

type Page = ReturnType<typeof within>

const LABELS = {
  name: 'Name',
  street: 'Street and number',
  city: 'Postcode and city',
  email: 'E-mail',
  card: 'Card number',
}

async function cause(event: CheckoutEvent, page: Page): Promise<void> {
  // As the browser fills in a form: a whole text is one event.
  if (event.type === 'EDIT')
    await fireEvent.change(page.getByLabelText(LABELS[event.field]), { target: { value: event.text } })
  else if (event.type === 'SHIP') await userEvent.click(page.getByRole('radio', { name: /^Courier/ }))
  else if (event.type === 'PAID') bell.dispatchEvent(new Event('ring'))
  else {
    const name = { NEXT: 'Next', BACK: 'Back', PAY: /^Pay €/, DECLINED: '' }[event.type]
    await userEvent.click(page.getByText(name, { selector: 'button' }))
  }
}

const HEADINGS: Readonly<Record<Checkout['at'], string>> = {
  delivery: 'Where should we deliver?',
  payment: 'How will you pay?',
  review: 'Is everything right?',
  paying: 'Is everything right?',
  paid: 'Paid',
}

async function compare({ at, order }: Checkout, page: Page): Promise<void> {
  await expect(await page.findByText(HEADINGS[at], { selector: 'h2' })).toBeVisible()
  if (at === 'paying') await expect(await page.findByText('Paying…', { selector: 'button' })).toBeVisible()
  if (at !== 'delivery' && at !== 'payment') return
  for (const field of FIELDS[at]) {
    await waitFor(() => expect(page.getByLabelText(LABELS[field])).toHaveValue(order[field]))
  }
}

/** The shortest of the paths that lead to each kind of state. */
function shortestByName(): readonly MachinePath<Checkout, CheckoutEvent>[] {
  const paths = pathsOf(checkout, { events: eventsIn })
  const found = new Map<Checkout['at'], MachinePath<Checkout, CheckoutEvent>>()
  for (const path of paths) if (!found.has(path.state.at)) found.set(path.state.at, path)
  return [...found.values()]
}

export const DrivenToEachState: StoryObj<typeof meta> = {
  async play({ mount, canvasElement, args, step }) {
    const paths = shortestByName()
    await expect(paths.map(({ state }) => state.at)).toEqual(['delivery', 'payment', 'review', 'paying', 'paid'])
    for (const { state, events, states } of paths) {
      await step(`${events.map(({ type }) => type).join(', ') || 'nothing'} leads to ${state.at}`, async () => {
        // Another key is another page, with a run of its own.
        await mount(<CheckoutFlow key={state.at} {...args} />)
        const page = within(canvasElement)
        for (const [at, event] of events.entries()) {
          await cause(event, page)
          await compare(states[at + 1] as Checkout, page)
        }
        await compare(state, page)
      })
    }
  },
}
