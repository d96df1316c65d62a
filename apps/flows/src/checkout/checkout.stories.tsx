// The checkout, to drive by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { CheckoutFlow } from './checkout-flow.tsx'
import { DECLINED_CARD, fakeGateway, type Gateway } from './gateway.ts'

const meta: Meta<typeof CheckoutFlow> = {
  title: 'Flows/Checkout wizard',
  component: CheckoutFlow,
  args: { gateway: fakeGateway(() => new Promise((resolve) => setTimeout(resolve, 1200))) },
  // The page shows the error that its boundary caught.
  parameters: { react: { rootOptions: { onCaughtError: () => undefined } } },
}

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Checkout wizard' }

const bell = new EventTarget()

/** A gateway that answers when the bell rings, so that a play can check the page before that. */
function gatewayWithBell(): Gateway {
  return fakeGateway(() => new Promise((resolve) => bell.addEventListener('ring', resolve, { once: true })))
}

export const Driven: Story = {
  tags: ['!dev'],
  args: { gateway: gatewayWithBell() },
  async play({ canvas, step, args: { gateway } }) {
    const button = (name: string) => canvas.findByText(name, { selector: 'button' })
    const heading = (name: string) => canvas.findByText(name, { selector: 'h2' })
    const input = (name: string) => canvas.getByLabelText(name)
    const run = () => within(canvas.getByRole('region', { name: 'Run' }))
    const commits = () => within(canvas.getByRole('list', { name: /^Commits/ }))
    const refusals = async () => within(await canvas.findByRole('region', { name: 'Refusals' }))
    const id = (): string => run().getByTitle(/^[0-9a-f]{40}$/).title
    const first = id()
    const { requests, charges } = gateway
    const answer = async (times: number): Promise<void> => {
      await waitFor(() => expect(gateway.requests - requests).toBe(times))
      bell.dispatchEvent(new Event('ring'))
    }

    await step('an incomplete step cannot be left', async () => {
      await userEvent.click(await button('Next'))
      await expect(await canvas.findByRole('alert')).toHaveTextContent('Enter your name.')
      await expect(input('Name')).toBeInvalid()
      await expect(input('Name')).toHaveFocus()
    })

    await step('each keystroke is a commit', async () => {
      await userEvent.type(input('Name'), 'Ada')
      await expect(input('Name')).toHaveValue('Ada')
      await waitFor(() => expect(commits().getAllByText('EDIT')).toHaveLength(3))
    })

    await step('a batch is refused as a whole, with all its edits', async () => {
      await userEvent.click(await button('Pay as Grace Hopper'))
      await expect(await canvas.findByText(/^None of the 9 events was applied/)).toBeVisible()
      await expect(input('Name')).toHaveValue('Ada')
      await expect(await heading('Where should we deliver?')).toBeVisible()
      await waitFor(() => expect(commits().getAllByText('EDIT')).toHaveLength(3))
    })

    await step('a complete step leads to the next', async () => {
      await userEvent.type(input('Street and number'), 'Aare 1')
      await userEvent.type(input('Postcode and city'), '3011 Bern')
      await userEvent.click(canvas.getByRole('radio', { name: /^Courier/ }))
      await userEvent.click(await button('Next'))
      await expect(await heading('How will you pay?')).toHaveFocus()
    })

    await step('a refused keystroke does not appear, and the caret stays', async () => {
      await userEvent.type(input('Card number'), '42{ArrowLeft}x1')
      await expect(input('Card number')).toHaveValue('412')
      await expect(await (await refusals()).findByText(/only digits and spaces/)).toBeInTheDocument()
    })

    await step('going back and forth loses nothing', async () => {
      await userEvent.click(await button('Back'))
      await expect(await heading('Where should we deliver?')).toHaveFocus()
      await expect(input('Street and number')).toHaveValue('Aare 1')
      await expect(canvas.getByRole('radio', { name: /^Courier/ })).toBeChecked()
      await userEvent.click(await button('Next'))
      await expect(await canvas.findByLabelText('Card number')).toHaveValue('412')
    })

    await step('the last step shows the order, and leads back to each other step', async () => {
      await userEvent.type(input('E-mail'), 'a@b.ch')
      await userEvent.clear(input('Card number'))
      await userEvent.type(input('Card number'), DECLINED_CARD.replaceAll(' ', ''))
      // The field loses the focus before Enter removes it. Otherwise its change event comes while React commits, and React
      // warns about an act that nobody awaits.
      await userEvent.tab()
      await userEvent.tab({ shift: true })
      await userEvent.keyboard('{Enter}')
      await expect(await heading('Is everything right?')).toHaveFocus()
      await expect(canvas.getByText('€51.00', { selector: 'dd' })).toBeVisible()
      await userEvent.click(await canvas.findByRole('button', { name: 'Change delivery' }))
      await expect(await canvas.findByLabelText('Name')).toHaveValue('Ada')
      await userEvent.click(await button('Next'))
      await userEvent.click(await button('Next'))
      await expect(await heading('Is everything right?')).toBeVisible()
    })

    await step('a declined payment is an event that leads back to the payment step', async () => {
      await userEvent.click(await button('Pay €51.00'))
      await expect(await button('Paying…')).toBeVisible()
      await answer(1)
      await expect(await canvas.findByText('The bank declined this card.', { selector: 'output' })).toBeVisible()
      await expect(await heading('How will you pay?')).toHaveFocus()
      await expect(await commits().findByText('DECLINED')).toBeInTheDocument()
    })

    await step('a wrong answer is fatal: the boundary catches it, and the rest of the page stays', async () => {
      await userEvent.click(await button('Pay as Alan Turing'))
      await answer(2)
      await expect(await heading('This order has stopped')).toBeVisible()
      const alert = within(canvas.getByRole('alert'))
      await expect(alert.getByText(/charged €4,200.00 instead of €42.00/)).toBeVisible()
      await expect(run().getByText('error')).toBeVisible()
      await expect(await button('Pay as Ada Lovelace')).toBeDisabled()
      await expect(commits().queryByText('PAID')).toBeNull()
    })

    await step('restored from its history, the same run asks again, charges nothing twice, and completes', async () => {
      await userEvent.click(await button('Ask the gateway again'))
      await expect(await button('Paying…')).toBeVisible()
      await expect(id()).toBe(first)
      await answer(3)
      await expect(gateway.charges - charges).toBe(2)
      await expect(await heading('Paid')).toHaveFocus()
      await expect(run().getByText('done')).toBeVisible()
      await expect(await commits().findByText('PAID')).toBeVisible()
    })

    await step('another order is another run', async () => {
      await userEvent.click(await button('Order again'))
      await expect(await canvas.findByLabelText('Name')).toHaveValue('')
      await expect(id()).not.toBe(first)
    })

    await step('a batch is one commit, and asks for one payment', async () => {
      await userEvent.click(await button('Pay as Ada Lovelace'))
      await answer(4)
      await expect(await heading('Paid')).toBeVisible()
      await expect(await commits().findByText('PAID')).toBeVisible()
      const [, batch] = commits()
        .getAllByText(/^[0-9a-f]{7}$/)
        .map((oid) => oid.closest('li'))
      await expect(batch).toHaveTextContent(/EDIT.*EDIT.*EDIT.*SHIP.*NEXT/)
    })

    await step('a stopped run can be replaced by a new one', async () => {
      await userEvent.click(await button('Order again'))
      await userEvent.click(await button('Pay as Alan Turing'))
      await answer(5)
      const stopped = id()
      await userEvent.click(await button('Start over'))
      await expect(await canvas.findByLabelText('Name')).toHaveValue('')
      await expect(run().getByText('active')).toBeVisible()
      await expect(id()).not.toBe(stopped)
    })
  },
}

export const DrivenInTheDark: Story = {
  ...Driven,
  tags: ['!dev'],
  args: { gateway: gatewayWithBell() },
  globals: { scheme: 'dark' },
}
