// The time machine, to drive by hand, and driven by a play function with its own ticker, in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, userEvent, waitFor, within } from 'storybook/test'

import { everyMilliseconds, type Ticker } from '../parts/ticker.ts'
import { TimeMachineFlow } from './time-machine-flow.tsx'

const meta: Meta<typeof TimeMachineFlow> = {
  title: 'Flows/Time machine',
  component: TimeMachineFlow,
  args: { ticker: everyMilliseconds(100), deal: [1, 3, 6, 4, 2, 0, 7, 5, 8] },
}

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Time machine' }

const ticks = new Set<() => void>()

/** A ticker that the play controls. */
const manualTicker: Ticker = (tick) => {
  ticks.add(tick)
  return () => ticks.delete(tick)
}

export const Driven: Story = {
  tags: ['!dev'],
  args: { ticker: manualTicker, deal: [1, 2, 3, 4, 0, 6, 7, 5, 8] },
  async play({ canvas, step }) {
    // A search by role would compute the name of each of the 144 pixels again and again.
    const button = (name: string) => canvas.findByText(name, { selector: 'button' })
    const pixel = (name: string) => canvas.findByLabelText(name)
    const run = within(canvas.getByLabelText('Run'))
    const shelf = within(canvas.getByLabelText('Runs'))
    const card = (index: number) => shelf.getByRole('button', { name: new RegExp(`^Run ${index}`) })
    const id = (): string => run.getByTitle(/^[0-9a-f]{40}$/).title
    const scrub = (sequence: number) =>
      fireEvent.change(canvas.getByLabelText('Commit'), { target: { value: String(sequence) } })
    const tick = (): void => ticks.forEach((one) => one())
    const painted = (count: number) =>
      canvas.findByLabelText(`A drawing with ${count} painted pixels`, { selector: '.stage *' })
    /** The commit that the history points at. */
    const current = () => canvas.getByRole('list', { name: /^Commits/ }).querySelector('[aria-current]')
    const first = id()

    await step('pixels can be painted by clicking, by dragging, and with the keyboard', async () => {
      await userEvent.click(await pixel('Row 1, column 1: paper'))
      const [start, end] = [await pixel('Row 2, column 1: paper'), await pixel('Row 2, column 2: paper')]
      await userEvent.pointer([{ keys: '[MouseLeft>]', target: start }, { target: end }, { keys: '[/MouseLeft]' }])
      await expect(await pixel('Row 2, column 2: red')).toBeVisible()
      ;(await pixel('Row 1, column 1: red')).focus()
      await userEvent.keyboard('{ArrowRight}{Enter}')
      await expect(await pixel('Row 1, column 2: red')).toHaveFocus()
      await expect(await canvas.findByText('4, the present')).toBeVisible()
    })

    await step('each commit shows its events and the state at that time', async () => {
      await scrub(1)
      await expect(await painted(1)).toBeVisible()
      await expect(canvas.getByText('The past, at commit 1')).toBeVisible()
      const commit = within(canvas.getByLabelText('Commit 1'))
      await expect(commit.getByText('{"x":0,"y":0,"colour":"r"}')).toBeVisible()
      await expect(run.getByText('sequence').nextElementSibling).toHaveTextContent('1')
      await expect(run.getByText(/"r\.{11}"/)).toBeInTheDocument()
      await expect(current()).toHaveTextContent('{"x":0,"y":0,"colour":"r"}')
      await expect(await button('Clear')).toBeDisabled()
      await scrub(0)
      await expect(await painted(0)).toBeVisible()
      await expect(within(canvas.getByLabelText('Commit 0')).getByText('run pixels-undoable@1')).toBeVisible()
      await expect(current()).toHaveTextContent('run pixels-undoable@1')
    })

    await step('a replay runs by itself, can be paused, and ends in the present', async () => {
      await userEvent.click(await button('Replay'))
      tick()
      await painted(1)
      tick()
      await painted(2)
      await userEvent.click(await button('Pause'))
      tick()
      await expect(canvas.getByText('2 of 4')).toBeVisible()
      await userEvent.click(await button('Replay'))
      tick()
      await painted(3)
      tick()
      await expect(await canvas.findByText('The present')).toBeVisible()
    })

    await step(
      'a branch has the same events and its own id, and exists beside the run that it comes from',
      async () => {
        await scrub(2)
        await userEvent.click(await button('Branch here'))
        await expect(await canvas.findByText('2, the present')).toBeVisible()
        await expect(id()).not.toBe(first)
        await expect(card(2)).toHaveTextContent(/branch of run 1 at commit 2.*2 commits/)
        await userEvent.click(await pixel('Row 12, column 12: paper'))
        await expect(card(2)).toHaveTextContent('3 commits')
        await expect(card(1)).toHaveTextContent('4 commits')
      },
    )

    await step('a branch names the commit that it was forked from', async () => {
      const [, , forkedFrom] = Array.from(card(2).querySelectorAll('code'), (code) => code.title)
      await expect(forkedFrom).toMatch(/^[0-9a-f]{40}$/)
      await expect(card(1).querySelectorAll('code')).toHaveLength(2)
    })

    await step('a step can be undone and redone, with buttons and with keys, and the history has it all', async () => {
      await expect(await canvas.findByText('3 steps back, 0 forward')).toBeVisible()
      await userEvent.click(await button('Undo'))
      await expect(await pixel('Row 12, column 12: paper')).toBeVisible()
      await expect(await canvas.findByText('2 steps back, 1 forward')).toBeVisible()
      await userEvent.keyboard('{Control>}z{/Control}')
      await expect(await canvas.findByText('1 step back, 2 forward')).toBeVisible()
      await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}')
      await expect(await canvas.findByText('2 steps back, 1 forward')).toBeVisible()
      await userEvent.click(await button('Redo'))
      await expect(await pixel('Row 12, column 12: red')).toBeVisible()
      await expect(await button('Redo')).toBeDisabled()
      await expect(await canvas.findByText('7, the present')).toBeVisible()
      await scrub(5)
      await expect(await painted(1)).toBeVisible()
      await expect(within(canvas.getByLabelText('Commit 5')).getByText('UNDO')).toBeVisible()
      await expect(await button('Undo')).toBeDisabled()
      await userEvent.click(await button('Back to the present'))
    })

    await step('a copy is the same run: equal ids, and equal heads until the histories differ', async () => {
      const identity = (index: number) => card(index).querySelectorAll('code')
      const words = (index: number) => Array.from(identity(index), (code) => code.title)
      await userEvent.click(await button('Copy up to here'))
      await waitFor(() => expect(words(3)).toEqual(words(2)))
      await userEvent.click(await pixel('Row 12, column 1: paper'))
      await waitFor(() => expect(words(3)[1]).not.toBe(words(2)[1]))
      await expect(words(3)[0]).toBe(words(2)[0])
    })

    await step('a branch of a branch has all its events, also at once after the first', async () => {
      for (const again of [false, true]) {
        // `userEvent` would wait until the history of the first branch has been read. React renders in a microtask.
        if (again) await Promise.resolve()
        canvas.getByText('Branch here').click()
      }
      await waitFor(() => card(5))
      await expect(card(4)).toHaveTextContent(/branch of run 3 at commit 8.*8 commits/)
      await expect(card(5)).toHaveTextContent(/branch of run 4 at commit 8.*8 commits/)
    })

    await step('a history of a thousand commits can be travelled too', async () => {
      await userEvent.click(card(1))
      await expect(id()).toBe(first)
      await userEvent.click(await button('Clear'))
      await userEvent.click(await button('Paint 1,000 pixels'))
      await canvas.findByText('1005, the present')
      for (const count of [100, 50, 143, 1]) {
        await scrub(5 + count)
        await expect(await painted(count)).toBeVisible()
        await expect(run.getByText('sequence').nextElementSibling).toHaveTextContent(String(5 + count))
        await expect(current()).toBeVisible()
      }
      await expect(canvas.getByText('906 newer')).toBeVisible()
      await userEvent.click(await button('Replay'))
      tick()
      await expect(await canvas.findByText('16 of 1005')).toBeVisible()
      await userEvent.click(await button('Back to the present'))
      await expect(await canvas.findByText('The present')).toBeVisible()
    })

    await step('it works with any machine: a solved game was not solved in its past', async () => {
      await userEvent.click(await button('Sliding tiles'))
      await userEvent.click(await button('8'))
      await expect(await canvas.findByText('Tile 8 is not next to the gap.')).toBeVisible()
      await userEvent.click(await button('5'))
      await userEvent.click(await button('8'))
      await expect(await canvas.findByText('Solved in 2 moves.')).toBeVisible()
      await expect(within(canvas.getByLabelText('Run')).getByText('done')).toBeVisible()
      await canvas.findByText('2, the present')
      await scrub(1)
      await expect(
        await canvas.findByLabelText('Tiles in the order 1, 2, 3, 4, 5, 6, 7, gap, 8', { selector: '.stage *' }),
      ).toBeVisible()
      await userEvent.click(await button('Branch here'))
      await expect(await canvas.findByText('Moves so far: 1.')).toBeVisible()
      await expect(within(canvas.getByLabelText('Run')).getByText('active')).toBeVisible()
      await userEvent.click(await button('7'))
      await expect(await canvas.findByText('Moves so far: 2.')).toBeVisible()
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
