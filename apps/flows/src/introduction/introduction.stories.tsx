// The live run of the introduction, driven by a play function. It is not in the sidebar, because the introduction shows
// it.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { LiveRun } from './live-run.tsx'

const meta: Meta<typeof LiveRun> = { title: 'Examples/Introduction', component: LiveRun, tags: ['!dev'] }

export default meta

type Story = StoryObj<typeof meta>

export const Driven: Story = {
  async play({ canvas, step }) {
    const click = async (name: string) => userEvent.click(await canvas.findByRole('button', { name }))
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const floor = (name: string) => canvas.findByText(name, { selector: 'output strong' })

    await step('an event is a commit', async () => {
      await click('Up')
      await expect(await floor('the first floor')).toBeVisible()
      await expect(await commits.findByText('UP')).toBeVisible()
    })

    await step('events that are sent together are one commit, or none', async () => {
      await click('Up two floors, or none')
      await expect(await floor('the top floor')).toBeVisible()
      await waitFor(() => expect(commits.getAllByText(/^[0-9a-f]{7}$/)).toHaveLength(3))
      await click('Down')
      await click('Up two floors, or none')
      await expect(await canvas.findByRole('alert')).toHaveTextContent('There is nothing above the top floor.')
      await expect(await floor('the second floor')).toBeVisible()
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, globals: { scheme: 'dark' } }
