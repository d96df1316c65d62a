// A draft in two tabs, to type by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { DraftFlow } from './draft-flow.tsx'

const meta: Meta<typeof DraftFlow> = { title: 'Flows/Draft that survives', component: DraftFlow }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Draft that survives' }

export const Driven: Story = {
  tags: ['!dev'],
  // A database of its own, so that each play begins with an empty draft.
  render: () => <DraftFlow database={database} />,
  beforeEach() {
    database = `flows-draft-${crypto.randomUUID()}`
    return () => void indexedDB.deleteDatabase(database)
  },
  async play({ canvas, step }) {
    const tab = (name: string) => within(canvas.getByRole('region', { name }))
    const field = (name: string, label: string) => tab(name).findByLabelText(label)
    const click = async (name: string) => userEvent.click(await canvas.findByRole('button', { name }))
    const id = async () => within(await canvas.findByRole('region', { name: 'Run' })).getByTitle(/^[0-9a-f]{40}$/).title

    await step('what is typed into one tab appears in the other', async () => {
      await userEvent.type(await field('Tab 1', 'Title'), 'Summer party')
      const other = await field('Tab 2', 'Title')
      await waitFor(() => expect(other).toHaveValue('Summer party'))
      await userEvent.type(await field('Tab 2', 'Message'), 'Bring a cake.')
      const message = await field('Tab 1', 'Message')
      await waitFor(() => expect(message).toHaveValue('Bring a cake.'))
      await expect(await tab('Tab 1').findByText('Kept in this browser')).toBeVisible()
    })

    await step('a reload goes on with the same run', async () => {
      const before = await id()
      await click('Reload Tab 1')
      await waitFor(async () => expect(await field('Tab 1', 'Title')).toHaveValue('Summer party'))
      await expect(await id()).toBe(before)
    })

    await step('version 2 takes the draft over: another run, with the same text', async () => {
      const before = await id()
      await click('Update the app to version 2')
      await waitFor(async () => expect(await field('Tab 2', 'Title')).toHaveValue('Summer party'))
      await waitFor(async () => expect(await id()).not.toBe(before))
      await userEvent.type(await field('Tab 1', 'Place'), 'The garden')
      const place = await field('Tab 2', 'Place')
      await waitFor(() => expect(place).toHaveValue('The garden'))
      await expect(await field('Tab 2', 'Message')).toHaveValue('Bring a cake.')
    })

    await step('starting over begins with an empty draft', async () => {
      await click('Start over')
      await waitFor(async () => expect(await field('Tab 1', 'Title')).toHaveValue(''))
      await expect(canvas.queryByLabelText('Place')).toBeNull()
    })
  },
}

let database = ''

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
