// The turnstiles, to drive by hand; and driven by tickers that a play moves on, in light and in dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { everyMilliseconds, type Ticker } from '../parts/ticker.ts'
import { TurnstilesFlow } from './turnstiles-flow.tsx'

const meta: Meta<typeof TurnstilesFlow> = {
  title: 'Flows/Turnstiles',
  component: TurnstilesFlow,
  args: { timer: everyMilliseconds(900), stream: everyMilliseconds(400) },
}

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = {}

/** A ticker that ticks when a play says so. */
function byPlay(): { readonly ticker: Ticker; readonly tick: () => void; readonly listeners: () => number } {
  const ticks = new Set<() => void>()
  return {
    ticker: (tick) => {
      ticks.add(tick)
      return () => void ticks.delete(tick)
    },
    tick: () => {
      for (const tick of ticks) tick()
    },
    listeners: () => ticks.size,
  }
}

const [timer, stream] = [byPlay(), byPlay()]

export const Driven: Story = {
  args: { timer: timer.ticker, stream: stream.ticker },
  async play({ canvas, step }) {
    const press = async (name: string) => userEvent.click(await canvas.findByRole('button', { name }))
    const seats = within(canvas.getByRole('list', { name: /^Seats/ }))
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const gate = (name: string) => canvas.getByRole('region', { name })
    const counts = (name: string) => Array.from(gate(name).querySelectorAll('dd'), (each) => Number(each.textContent))
    const taken = (...gates: readonly string[]) =>
      waitFor(() =>
        expect(
          seats
            .getAllByRole('listitem')
            .map(({ textContent }) => textContent)
            .filter((name) => name !== 'free'),
        ).toEqual(gates),
      )
    const counted = (name: string, ...expected: readonly number[]) =>
      waitFor(() => expect(counts(name)).toEqual(expected))

    await step('whoever presses the button takes the first seats', async () => {
      await press('Let one in')
      await press('Let one in')
      await taken('button', 'button')
      await counted('A button', 2, 2, 0)
    })

    await step('three locks are held at once, and bother nobody', async () => {
      await expect(gate('A timer')).toHaveTextContent('its port is free')
      await press('Start the timer')
      await press('Pipe the stream')
      for (const name of ['A button', 'A timer', 'A piped stream']) {
        await expect(gate(name)).toHaveTextContent('its port is locked')
      }
      await waitFor(() => expect([timer.listeners(), stream.listeners()]).toEqual([1, 1]))
    })

    await step('the three are seated in the order in which they came, and so is the history', async () => {
      timer.tick()
      await taken('button', 'button', 'timer')
      stream.tick()
      await taken('button', 'button', 'timer', 'stream')
      await press('Let one in')
      await taken('button', 'button', 'timer', 'stream', 'button')
      await counted('A timer', 1, 1, 0)
      await counted('A piped stream', 1, 1, 0)
      await expect(await commits.findAllByText('ENTER')).toHaveLength(5)
    })

    await step('a sender that stops lets its lock go, and the others go on', async () => {
      await press('Stop the stream')
      await expect(gate('A piped stream')).toHaveTextContent('its port is free')
      await waitFor(() => expect(stream.listeners()).toBe(0))
      timer.tick()
      await taken('button', 'button', 'timer', 'stream', 'button', 'timer')
    })

    await step('a port that was let go can be taken again', async () => {
      await press('Pipe the stream')
      await waitFor(() => expect(stream.listeners()).toBe(1))
      stream.tick()
      await taken('button', 'button', 'timer', 'stream', 'button', 'timer', 'stream')
    })

    await step('who comes when every seat is taken is refused, and the senders go on', async () => {
      for (let seat = 7; seat < 24; seat++) timer.tick()
      await waitFor(() => expect(canvas.getByText(/^of 24 seats/)).toHaveTextContent('24 of 24'))
      timer.tick()
      await expect(await canvas.findByText('Every seat is taken.')).toBeVisible()
      await counted('A timer', 20, 20, 1)
      await press('Send all home')
      await taken()
      stream.tick()
      await taken('stream')
      await press('Stop the timer')
      await press('Stop the stream')
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, globals: { scheme: 'dark' } }
