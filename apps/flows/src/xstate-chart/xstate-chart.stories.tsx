// A chart from XState, to drive by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

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
  async play({ canvas, canvasElement, step }) {
    const click = async (name: string) => userEvent.click(await canvas.findByRole('button', { name }))
    const id = async () => within(await canvas.findByRole('region', { name: 'Run' })).getByTitle(/^[0-9a-f]{40}$/).title

    const name = 'Diagram of the chart, now off'
    const diagram = await canvas.findByRole('img', { name, busy: false })
    const machine = canvas.getByRole('region', { name: 'Coffee machine' })

    await step('both regions begin at once, and the diagram shows where each is', async () => {
      // The water is soon hot, so what was shown is kept.
      const lit: (readonly (string | null)[])[] = []
      const said: (string | null)[] = []
      const observer = new MutationObserver(() => {
        lit.push([...diagram.querySelectorAll('.node.current')].map(({ textContent }) => textContent))
        said.push(machine.textContent)
      })
      observer.observe(canvasElement, { attributes: true, childList: true, characterData: true, subtree: true })
      await click('Make coffee')
      await waitFor(() => expect(lit).toContainEqual(['heating', 'grinding']))
      await expect(said).toContainEqual(expect.stringMatching(/The water is heating/))
      observer.disconnect()
    })

    await step('after a reload the same run ends its work', async () => {
      const before = await id()
      await click('Reload')
      await expect(await canvas.findByText(/from 18 g of beans/)).toBeVisible()
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
