// The live examples of the hooks, driven by play functions. They are not in the sidebar, because the docs pages show
// them.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { CreateRunContextExample } from './create-run-context-example.tsx'
import { Example } from './example.tsx'
import { UseOutputsExample } from './use-outputs-example.tsx'
import { UseRefusalsExample } from './use-refusals-example.tsx'
import { UseRunExample } from './use-run-example.tsx'
import { UseSendExample } from './use-send-example.tsx'
import { UseSnapshotExample } from './use-snapshot-example.tsx'

const meta: Meta<typeof Example> = { title: 'Examples/Hooks', component: Example, tags: ['!dev'] }

export default meta

type Story = StoryObj<typeof meta>

export const UseRun: Story = {
  args: { children: <UseRunExample /> },
  async play({ canvas }) {
    const click = async (name: string) => userEvent.click(await canvas.findByRole('button', { name }))
    await click('Press')
    await click('Press')
    const words = canvas.getByText(/^Run/).textContent
    await expect(words).toMatch(/^Run [0-9a-f]{7}: 2$/)
    await click('Close')
    await click('Open it again')
    await expect(canvas.getByText(/^Run/).textContent).toBe(words)
    await click('Press')
    await expect(await canvas.findByText(/: 3$/)).toBeVisible()
  },
}

export const UseSnapshot: Story = {
  args: { children: <UseSnapshotExample /> },
  async play({ canvas }) {
    const [home, guests] = (await canvas.findAllByText(/^rendered/)).map((count) =>
      within(count.parentElement ?? count),
    )
    const before = guests?.getByText(/^rendered/).textContent
    await userEvent.click(canvas.getByRole('button', { name: 'Home scores' }))
    await userEvent.click(canvas.getByRole('button', { name: 'Home scores' }))
    await expect(await home?.findByText('2')).toBeVisible()
    await expect(guests?.getByText(/^rendered/).textContent).toBe(before)
  },
}

export const UseSend: Story = {
  args: { children: <UseSendExample /> },
  async play({ canvas }) {
    const name = canvas.getByLabelText('Your name')
    await userEvent.type(name, 'Ad4a')
    await expect(name).toHaveValue('Ada')
    await userEvent.type(name, '1')
    await expect(await canvas.findByText(/A name has no digits\./)).toBeVisible()
    await expect(name).toHaveValue('Ada')
  },
}

export const UseOutputs: Story = {
  args: { children: <UseOutputsExample /> },
  async play({ canvas }) {
    const output = canvas.getByText('The die shows 1.')
    const seen: string[] = []
    const observer = new MutationObserver(() => seen.push(output.textContent))
    observer.observe(output, { childList: true, characterData: true, subtree: true })
    await userEvent.click(canvas.getByRole('button', { name: 'Roll' }))
    await waitFor(() => expect(seen).toEqual(['The die is rolling…', expect.stringMatching(/^The die shows [1-6]\.$/)]))
    observer.disconnect()
  },
}

export const UseRefusals: Story = {
  args: { children: <UseRefusalsExample /> },
  async play({ canvas }) {
    const pour = async () => userEvent.click(canvas.getByRole('button', { name: 'Pour 40%' }))
    await pour()
    await pour()
    await expect(canvas.getByText('The glass is 80% full.')).toBeVisible()
    await pour()
    await pour()
    await waitFor(() => expect(canvas.getAllByText(/at sequence 2: .*The glass would overflow\./)).toHaveLength(2))
    await expect(canvas.getByText('The glass is 80% full.')).toBeVisible()
  },
}

export const CreateRunContext: Story = {
  args: { children: <CreateRunContextExample /> },
  async play({ canvas }) {
    await userEvent.click(canvas.getByRole('button', { name: 'Add an apple' }))
    await userEvent.click(canvas.getByRole('button', { name: 'Add an apple' }))
    await expect(await canvas.findByText('Ada has 2 in the basket.')).toBeVisible()
    await expect(canvas.getByText('Grace has 0 in the basket.')).toBeVisible()
  },
}
