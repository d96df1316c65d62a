// The checkout, to drive by hand; and driven, in light and in dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { CheckoutFlow } from './checkout-flow.tsx'
import { DECLINED_CARD, fakeGateway, type Gateway } from './gateway.ts'

const meta: Meta<typeof CheckoutFlow> = {
  title: 'Flows/Checkout form',
  component: CheckoutFlow,
  args: { gateway: fakeGateway(() => new Promise((resolve) => setTimeout(resolve, 1200))) },
}

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = {}

const bell = new EventTarget()

/** It answers when the bell rings, so that a play sees what is shown until then. */
function gatewayWithBell(): Gateway {
  return fakeGateway(() => new Promise((resolve) => bell.addEventListener('ring', resolve, { once: true })))
}

export const Driven: Story = {
  args: { gateway: gatewayWithBell() },
  async play({ canvas, step, args: { gateway } }) {
    const button = (name: string) => canvas.findByRole('button', { name })
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const run = within(canvas.getByRole('region', { name: 'Run' }))
    const refusals = within(canvas.getByRole('region', { name: 'Refusals' }))
    const id = (): string => run.getByText(/^[0-9a-f]{40}$/).textContent
    const first = id()
    const before = gateway.charges
    const answer = async (charges: number): Promise<void> => {
      await waitFor(() => expect(gateway.charges - before).toBe(charges))
      bell.dispatchEvent(new Event('ring'))
    }

    await step('a form that is not filled in is refused', async () => {
      await userEvent.click(await button('Pay €42.00'))
      await expect(await canvas.findByRole('alert')).toHaveTextContent('Give your name.')
      await expect(canvas.getByLabelText('Name')).toBeInvalid()
    })

    await step('each keystroke is a commit', async () => {
      await userEvent.type(canvas.getByLabelText('Name'), 'Ada')
      await expect(canvas.getByLabelText('Name')).toHaveValue('Ada')
      await expect(await commits.findAllByText('EDIT')).toHaveLength(3)
    })

    await step('a keystroke that is refused does not show, and leaves the caret where it was', async () => {
      await userEvent.type(canvas.getByLabelText('Card number'), '42{ArrowLeft}x1')
      await expect(canvas.getByLabelText('Card number')).toHaveValue('412')
      await expect(await refusals.findAllByText('TRANSITION_FAILED')).toHaveLength(2)
    })

    await step('a batch is refused whole: its edits are not there either', async () => {
      await userEvent.click(await button('Pay as Grace Hopper'))
      await expect(await canvas.findByText(/^None of these 4 events was applied/)).toBeVisible()
      await expect(canvas.getByLabelText('Name')).toHaveValue('Ada')
      await expect(await commits.findAllByText('EDIT')).toHaveLength(6)
    })

    await step('a payment that is declined comes back as an event', async () => {
      await userEvent.type(canvas.getByLabelText('E-mail'), 'ada@example.com')
      await userEvent.clear(canvas.getByLabelText('Card number'))
      await userEvent.type(canvas.getByLabelText('Card number'), `${DECLINED_CARD}{Enter}`)
      await expect(await button('Paying…')).toBeVisible()
      await answer(1)
      await expect(await canvas.findByText('The bank declined this card.', { selector: 'output' })).toBeVisible()
      await expect(await commits.findByText('DECLINED')).toBeInTheDocument()
    })

    await step('a batch is applied whole, in one commit, and completes the run', async () => {
      await userEvent.click(await button('Pay as Ada Lovelace'))
      await answer(2)
      await expect(await canvas.findByRole('heading', { name: 'Paid' })).toHaveFocus()
      await expect(run.getByText('done')).toBeVisible()
      await expect(await commits.findByText('PAID')).toBeVisible()
      const [, batch] = commits.getAllByText(/^[0-9a-f]{7}$/).map((oid) => oid.closest('li'))
      await expect(batch).toHaveTextContent(/EDIT.*EDIT.*EDIT.*PAY/)
    })

    await step('another order is another run', async () => {
      await userEvent.click(await button('Order again'))
      await expect(await canvas.findByLabelText('Name')).toHaveValue('')
      const next = within(canvas.getByRole('region', { name: 'Run' })).getByText(/^[0-9a-f]{40}$/)
      await expect(next).not.toHaveTextContent(first)
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, args: { gateway: gatewayWithBell() }, globals: { scheme: 'dark' } }
