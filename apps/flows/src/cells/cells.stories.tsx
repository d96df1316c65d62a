// The thousand cells, to drive by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { CellsFlow } from './cells-flow.tsx'

const meta: Meta<typeof CellsFlow> = { title: 'Flows/Thousand cells', component: CellsFlow }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Thousand cells' }

export const Driven: Story = {
  tags: ['!dev'],
  async play({ canvas, canvasElement, step }) {
    const button = (name: string) => canvas.findByRole('button', { name })
    const grid = canvas.getByRole('grid', { name: /^Cells/ })
    const cells = [...canvasElement.querySelectorAll('[role=grid] td')]
    const total = () => cells.reduce((sum, cell) => sum + Number(cell.getAttribute('aria-label')), 0)
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const renders = within(canvas.getByRole('region', { name: 'Renders' }))
    const figure = (name: string) => Number(renders.getByText(name).nextElementSibling?.textContent.replaceAll(',', ''))
    const rendered = () => [figure('commits'), figure('page updates'), figure('cells rendered')]

    await step('an event that changes one cell renders one cell', async () => {
      await expect(cells).toHaveLength(1000)
      const cell = cells[567] as Element
      await userEvent.click(cell)
      await waitFor(() => expect(cell).toHaveAttribute('aria-label', '1'))
      await waitFor(() => expect(rendered()).toEqual([1, 1, 1]))
      await userEvent.click(cell)
      await waitFor(() => expect(cell).toHaveAttribute('aria-label', '2'))
      await waitFor(() => expect(rendered()).toEqual([1, 1, 1]))
    })

    await step('a thousand cells are one tab stop, and moving among them renders none', async () => {
      await expect(canvasElement.querySelectorAll('[role=grid] [tabindex]')).toHaveLength(0)
      grid.focus()
      await userEvent.keyboard('{ArrowRight}{ArrowDown}')
      await expect(grid).toHaveAttribute('aria-activedescendant', cells[567 + 41]?.id)
      await expect(rendered()).toEqual([1, 1, 1])
      await userEvent.keyboard('{Enter} ')
      await waitFor(() => expect(cells[567 + 41]).toHaveAttribute('aria-label', '2'))
      await userEvent.keyboard('{Home}{ArrowLeft}{ArrowUp}{End}')
      await expect(grid).toHaveAttribute('aria-activedescendant', cells[15 * 40 - 1]?.id)
      await waitFor(() => expect(total()).toBe(4))
    })

    await step('a thousand piped events are shown frame by frame', async () => {
      const burst = await button('Pipe 1,000 events')
      await userEvent.click(burst)
      // Checks again when the button changes, and not when a cell does.
      await waitFor(() => expect(burst).toBeEnabled(), { container: burst, timeout: 90_000 })
      await waitFor(() => expect(figure('commits')).toBe(1000))
      await waitFor(() => expect(total()).toBe(1004))
      await expect(figure('cells rendered')).toBeLessThanOrEqual(1000)
      await expect(await commits.findAllByText('COUNT')).not.toHaveLength(0)
    })

    await step('a thousand events in one batch are one commit, which renders each cell once', async () => {
      await userEvent.click(await button('Count all in one batch'))
      await waitFor(() => expect(rendered()).toEqual([1, 1, 1000]))
      await expect(total()).toBe(2004)
      await expect(await commits.findByText('and 992 more in the same batch')).toBeVisible()
    })

    await step('one event that changes all cells also renders each cell once', async () => {
      await userEvent.click(await button('Clear'))
      await waitFor(() => expect(rendered()).toEqual([1, 1, 1000]))
      await expect(total()).toBe(0)
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
