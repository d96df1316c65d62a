// The door, to drive by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { DoorFlow } from './door-flow.tsx'

const meta: Meta<typeof DoorFlow> = { title: 'Flows/Door', component: DoorFlow }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Door' }

export const Driven: Story = {
  tags: ['!dev'],
  async play({ canvas, step }) {
    const button = (name: string) => canvas.findByRole('button', { name })
    const code = canvas.getByLabelText('Code, four digits')
    const run = within(canvas.getByRole('region', { name: 'Run' }))
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const refusals = async () => within(await canvas.findByRole('region', { name: 'Refusals' }))
    const id = run.getByTitle(/^[0-9a-f]{40}$/).title

    await step('a run begins with its genesis commit, whose oid is the id of the run', async () => {
      await expect(await commits.findByText('run door@1')).toBeVisible()
      await expect(commits.getByText(id.slice(0, 7))).toBeVisible()
      await userEvent.click(run.getByText(id.slice(0, 7)))
      await expect(run.getByText(id)).toBeVisible()
    })

    await step('opening and closing are two commits', async () => {
      await userEvent.click(await button('Open'))
      await expect(canvas.getByText('open', { selector: 'strong' })).toBeVisible()
      await userEvent.click(await button('Close'))
      await expect(canvas.getByText('closed', { selector: 'strong' })).toBeVisible()
      await expect(await commits.findByText('OPEN')).toBeVisible()
      await expect(await commits.findByText('CLOSE')).toBeVisible()
    })

    await step('a code that is too short is refused', async () => {
      await userEvent.type(code, '12{Enter}')
      await expect(await canvas.findByRole('alert')).toHaveTextContent('A code has four digits.')
      await expect(canvas.getByText('closed', { selector: 'strong' })).toBeVisible()
      await expect(await (await refusals()).findByText('at sequence 2')).toBeVisible()
      await expect(commits.queryByText('LOCK')).toBeNull()
    })

    await step('four digits lock the door, and the refusal disappears', async () => {
      await userEvent.type(code, '34{Enter}')
      await expect(canvas.getByText('locked', { selector: 'strong' })).toBeVisible()
      await expect(canvas.getByRole('alert')).toBeEmptyDOMElement()
      await expect(await button('Open')).toBeDisabled()
      await expect(await commits.findByText('LOCK')).toBeVisible()
    })

    await step('a wrong code is refused, and the run continues', async () => {
      await userEvent.type(code, '9999')
      await userEvent.click(await button('Unlock'))
      await expect(await canvas.findByText('Wrong code.')).toBeVisible()
      await userEvent.clear(code)
      await userEvent.type(code, '1234{Enter}')
      await expect(canvas.getByText('closed', { selector: 'strong' })).toBeVisible()
      await expect(await commits.findByText('UNLOCK')).toBeVisible()
    })

    await step('the history contains the applied events and nothing else', async () => {
      await expect(commits.getAllByText(/^[0-9a-f]{7}$/)).toHaveLength(5)
      const two = await refusals()
      await waitFor(() => expect(two.getAllByText('REFUSED')).toHaveLength(2))
      await expect(run.getByText(id)).toBeVisible()
    })

    await step('the latest refusal stays until an event is applied', async () => {
      await userEvent.type(code, 'five{Enter}')
      await expect(await canvas.findByText('A code has four digits.', { selector: '[role=alert] *' })).toBeVisible()
    })

    await step(
      'the code of the flow is on a tab, which the arrow keys reach, and the door stays as it is',
      async () => {
        ;(await canvas.findByRole('tab', { name: 'Flow' })).focus()
        await userEvent.keyboard('{ArrowRight}')
        await expect(await canvas.findByRole('tab', { name: 'Code' })).toHaveFocus()
        const text = await canvas.findByLabelText('door/door.ts', { selector: 'pre' })
        await expect(text).toHaveTextContent("if (code !== locked.code) refuse('Wrong code.')")
        await userEvent.click(await canvas.findByRole('tab', { name: 'view: door-flow.tsx' }))
        await expect(await canvas.findByLabelText('door/door-flow.tsx', { selector: 'pre' })).toHaveTextContent(
          'useRun(door)',
        )
        await userEvent.click(await canvas.findByRole('tab', { name: 'Flow' }))
        await expect(await canvas.findByText('A code has four digits.', { selector: '[role=alert] *' })).toBeVisible()
      },
    )

    await step('the diagram shows the machine and its current state', async () => {
      const name = 'State diagram of door@1, now closed'
      const diagram = await canvas.findByRole('img', { name, busy: false })
      for (const event of ['OPEN', 'CLOSE', 'LOCK', 'UNLOCK']) {
        await expect(within(diagram).getAllByText(event)[0]).toBeVisible()
      }
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
