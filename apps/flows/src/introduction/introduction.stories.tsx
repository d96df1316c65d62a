// The live run of the introduction, driven by a play function. It is not in the sidebar, because the introduction shows
// it.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { type RunDocument, restoreRun } from '@xmachines/core'
import { expect, fireEvent, userEvent, waitFor, within } from 'storybook/test'

import { savedBy } from '../save-restore/saved-by.ts'
import { gitLog } from './git-log.ts'
import { LiveRun } from './live-run.tsx'
import { type OrderEvent, order } from './order.ts'

const meta: Meta<typeof LiveRun> = { title: 'Examples/Introduction', component: LiveRun, tags: ['!dev'] }

export default meta

type Story = StoryObj<typeof meta>

export const Driven: Story = {
  async play({ canvas, step }) {
    const button = (name: string) => canvas.findByRole('button', { name })
    const click = async (name: string) => userEvent.click(await button(name))
    const says = (text: string) => waitFor(() => expect(canvas.getByRole('status')).toHaveTextContent(text))
    const log = () => canvas.getByRole('radiogroup', { name: /^Commits/ })
    const lines = () => Array.from(log().children, ({ textContent }) => textContent)
    const subjects = () => lines().map((text) => text.slice(8))

    await step('the machine refuses what its rules forbid, and nothing is committed', async () => {
      await click('Pay')
      await expect(await canvas.findByRole('alert')).toHaveTextContent('The cart is empty.')
      await waitFor(() => expect(subjects()).toEqual(['run order@1', 'machine order@1']))
    })

    await step('each event is a commit', async () => {
      await click('Add a cup')
      await click('Add a cup')
      await click('Pay')
      await says('2 cups paid.')
      await waitFor(() =>
        expect(subjects()).toEqual([
          '{"type":"PAY"}',
          '{"type":"ADD"}',
          '{"type":"ADD"}',
          'run order@1',
          'machine order@1',
        ]),
      )
    })

    await step('the past is shown when a commit is clicked or chosen with keys or the slider', async () => {
      const [, second] = within(log()).getAllByRole('radio')
      if (second === undefined) throw new Error('The log has fewer than two commits.')
      await userEvent.click(second)
      await says('2 cups in the cart.')
      await waitFor(async () => expect(await button('Add a cup')).toHaveAttribute('aria-disabled', 'true'))
      await userEvent.keyboard('{ArrowDown}')
      await says('1 cup in the cart.')
      await fireEvent.change(canvas.getByRole('slider'), { target: { value: '0' } })
      await says('0 cups in the cart.')
      await fireEvent.change(canvas.getByRole('slider'), { target: { value: '1' } })
      await says('1 cup in the cart.')
    })

    await step('a fork goes on from a commit, and the first run stays as it is', async () => {
      const before = lines()
      await click('Fork here')
      await says('1 cup in the cart.')
      await waitFor(() => expect(subjects()).toEqual(['{"type":"ADD"}', 'run order@1', 'machine order@1']))
      await click('Pay')
      await click('Ship')
      await says('Shipped.')
      await click('First run')
      await waitFor(() => expect(lines()).toEqual(before))
      await says('2 cups paid.')
    })

    await step('the run is saved as a file, which restores it and has the log that is shown', async () => {
      const file = await savedBy(() => click('Save as a file'))
      const document = JSON.parse(await file.text()) as RunDocument<OrderEvent>
      await expect(restoreRun(order, document).state).toEqual({ at: 'paid', cups: 2 })
      await expect(gitLog(document.records).map(({ short, subject }) => `${short} ${subject}`)).toEqual(lines())
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, globals: { scheme: 'dark' } }
