// A chart from XState, to drive by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'

import { XStateChartFlow } from './xstate-chart-flow.tsx'

const meta: Meta<typeof XStateChartFlow> = { title: 'Flows/A chart from XState', component: XStateChartFlow }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'A chart from XState' }

export const Driven: Story = {
  tags: ['!dev'],
  // A database of its own, so that each play begins with a machine that is off.
  render: () => <XStateChartFlow database={database} />,
  beforeEach() {
    database = `flows-coffee-${crypto.randomUUID()}`
    return () => void indexedDB.deleteDatabase(database)
  },
  async play({ canvas, step }) {
    const click = async (name: string) => userEvent.click(await canvas.findByRole('button', { name }))
    const id = async () => within(await canvas.findByRole('region', { name: 'Run' })).getByTitle(/^[0-9a-f]{40}$/).title

    const name = 'Diagram of the chart, now off'
    const diagram = await canvas.findByRole('img', { name, busy: false }, { timeout: 10_000 })

    await step('both regions begin at once, and the diagram shows where each is', async () => {
      await click('Make coffee')
      await expect(await canvas.findByText(/The water is heating/)).toBeVisible()
      const lit = [...diagram.querySelectorAll('.node.current')].map(({ textContent }) => textContent)
      await expect(lit).toEqual(['heating', expect.stringMatching(/^(grinding|ground)$/)])
    })

    await step('after a reload the same run ends its work', async () => {
      const before = await id()
      await click('Reload')
      await expect(await canvas.findByText(/from 18 g of beans/, {}, { timeout: 14_000 })).toBeVisible()
      await expect(await id()).toBe(before)
      await expect(await canvas.findByText('xstate.after.3000.coffee.making.water.heating')).toBeVisible()
    })

    await step('the machine is off when the cup is taken', async () => {
      await click('Take the cup')
      await expect(await canvas.findByText('The machine is off.')).toBeVisible()
    })
  },
}

let database = ''

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
