// The inspector in a page, to drive by hand, and driven by a play function, on a wide page in light and a narrow one in the dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { InspectedDoor } from './inspected-door.tsx'

const meta: Meta<typeof InspectedDoor> = { title: 'Flows/Inspector', component: InspectedDoor }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Inspector' }

export const Driven: Story = {
  tags: ['!dev'],
  async play({ canvas, canvasElement, step }) {
    /** The queries of the panel, which is in a shadow root. */
    const panel = async () =>
      await waitFor(() => {
        const shown = [...canvasElement.querySelectorAll('*')].find(({ shadowRoot }) => shadowRoot !== null)
        const found = shown?.shadowRoot?.querySelector<HTMLElement>('.panel:not([data-empty])')
        if (found === null || found === undefined) throw new Error('the panel is not there yet')
        return within(found)
      })
    const press = (name: string) => userEvent.click(canvas.getByRole('button', { name }))
    const row = async (name: RegExp) => (await panel()).findByRole('option', { name })

    await step('the history grows, with a refusal where it happened', async () => {
      for (const name of ['Open', 'Close', 'Lock with 1234', 'Unlock with 9999']) await press(name)
      await expect(await row(/^3\s*LOCK/)).toBeVisible()
      await expect(await row(/Wrong code\./)).toBeVisible()
    })

    await step('a row shows what changed then', async () => {
      ;(await panel()).getByRole('listbox', { name: 'History' }).focus()
      await userEvent.keyboard('{End}{ArrowUp}')
      await expect(await row(/^1\s*OPEN/)).toHaveAttribute('aria-selected', 'true')
      await expect(await (await panel()).findByText('"closed"')).toBeVisible()
      await expect(canvas.getByText('locked', { selector: 'strong' })).toBeVisible()
    })

    await step('a fork takes the place of the run', async () => {
      await userEvent.click((await panel()).getByRole('button', { name: 'Fork' }))
      await expect(await canvas.findByText('open', { selector: 'strong' })).toBeVisible()
      await press('Close')
      await expect(await row(/^2\s*CLOSE/)).toBeVisible()
    })
  },
}

export const DrivenInTheDark: Story = {
  ...Driven,
  tags: ['!dev'],
  globals: { scheme: 'dark' },
  decorators: [(story) => <div style={{ width: '320px' }}>{story()}</div>],
}
