// Saving and restoring, to do by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { SaveRestoreFlow } from './save-restore-flow.tsx'
import { savedBy } from './saved-by.ts'

const meta: Meta<typeof SaveRestoreFlow> = { title: 'Flows/Save and restore', component: SaveRestoreFlow }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Save and restore' }

/** Drags a file over the page, or drops it. */
function drag(type: 'dragover' | 'drop', file: File): void {
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(file)
  document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
}

export const Driven: Story = {
  tags: ['!dev'],
  async play({ canvas, step }) {
    const click = async (name: string) => userEvent.click(await canvas.findByRole('button', { name }))
    const run = within(canvas.getByRole('region', { name: 'Run' }))
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const files = within(canvas.getByRole('region', { name: 'File' }))
    const id = (): string => run.getByTitle(/^[0-9a-f]{40}$/).title
    const heads = (): string[] => commits.getAllByTitle(/./).map((oid) => oid.title)
    const choose = (file: File) => userEvent.upload(canvas.getByLabelText('Choose a file'), file)
    const first = id()
    let file: File
    let head = ''

    await step('a run is saved as the JSON of the run, with machine and id in the file name', async () => {
      await userEvent.click(canvas.getByLabelText('Passport'))
      await userEvent.type(canvas.getByLabelText('Another thing'), 'Umbrella{Enter}')
      await userEvent.click(await canvas.findByLabelText('Umbrella'))
      await waitFor(() => expect(commits.getAllByText('{"name":"Umbrella"}')).toHaveLength(2))
      ;[head = ''] = heads()
      file = await savedBy(() => click('Save as a file'))
      await expect(file.name).toBe(`packing-list-${first.slice(0, 7)}.run.json`)
      const document: unknown = JSON.parse(await file.text())
      await expect(document).toMatchObject({ format: 'xmachines/1', sequence: 3, head })
    })

    await step('restored from the file it is the same run with the same head, and continues from there', async () => {
      await click('Start a new run')
      await waitFor(() => expect(id()).not.toBe(first))
      await choose(file)
      const restored = within(await canvas.findByText(/^It continues from sequence 3/))
      await expect(restored.getByText(first)).toBeVisible()
      await expect(restored.getByText(head)).toBeVisible()
      await expect(id()).toBe(first)
      await expect(canvas.getByLabelText('Passport')).toBeChecked()
      await userEvent.click(canvas.getByLabelText('Raincoat'))
      await expect(await commits.findByText('{"name":"Raincoat"}')).toBeVisible()
      await waitFor(() => expect(heads()).toHaveLength(5))
      await expect(heads()[1]).toBe(head)
    })

    await step('a file can be dropped anywhere on the page', async () => {
      await click('Start a new run')
      await waitFor(() => expect(id()).not.toBe(first))
      drag('dragover', file)
      await waitFor(() =>
        expect(canvas.getByText(/^Drop the file of a run/).parentElement).toHaveAttribute('data-over', 'true'),
      )
      drag('drop', file)
      await waitFor(() => expect(id()).toBe(first))
    })

    await step('a tampered file is refused, and the error says where it breaks', async () => {
      const tampered = await savedBy(() => click('Save a tampered copy'))
      await choose(tampered)
      await expect(await files.findByText(/breaks at sequence 2$/)).toBeVisible()
      await expect(files.getByText('HISTORY_MISMATCH')).toBeVisible()
      await expect(files.getByText(/is not the oid of its content/)).toBeVisible()
      await expect(id()).toBe(first)
      await waitFor(() => expect(heads()).toHaveLength(4))
    })

    await step('a shortened file, a run of another machine and a file without JSON are refused too', async () => {
      await click('A tampered copy')
      await click('A shortened copy')
      await expect(await files.findByText(/it ends at sequence 2, /)).toBeVisible()
      await click('A run of a door')
      await expect(await files.findByText('MACHINE_MISMATCH')).toBeVisible()
      await expect(files.getByText(/the run is of door@1, but the machines given are packing-list@1/)).toBeVisible()
      await click('A diary')
      await expect(await files.findByText(/^The file is not JSON/)).toBeVisible()
      await choose(new File(['42'], '42.run.json'))
      await expect(await files.findByText(/the history is 42; it must be what run.toJSON\(\) gives/)).toBeVisible()
      await expect(id()).toBe(first)
    })

    await step('a forged file is consistent, and only a trusted head detects it', async () => {
      await click('Trust the head of this run')
      await click('A forged copy')
      await expect(await files.findByText(/but the trusted head is/)).toBeVisible()
      await userEvent.clear(canvas.getByLabelText('Trusted head (optional)'))
      await click('A forged copy')
      await expect(await files.findByText(/^It continues from sequence 1/)).toBeVisible()
      await expect(id()).toBe(first)
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
