// The turnstiles, to drive by hand, and driven by a play function with its own tickers, in light and dark.

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

export const ByHand: Story = { name: 'Turnstiles' }

/** A ticker that a play function controls. */
function manualTicker(): { readonly ticker: Ticker; readonly tick: () => void; readonly listeners: () => number } {
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

const [timer, stream] = [manualTicker(), manualTicker()]

export const Driven: Story = {
  tags: ['!dev'],
  args: { timer: timer.ticker, stream: stream.ticker },
  async play({ canvas, step }) {
    const press = async (name: string) => userEvent.click(await canvas.findByRole('button', { name }))
    const seats = within(canvas.getByRole('list', { name: /^Seats/ }))
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const gate = (name: string) => canvas.getByRole('region', { name })
    const says = (name: string, text: string) => waitFor(() => expect(gate(name)).toHaveTextContent(text))
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

    await step('visitors at the button take the first seats', async () => {
      await press('Let one visitor in')
      await press('Let one visitor in')
      await taken('button', 'button')
      await counted('A button', 2, 2, 0)
    })

    await step('three locks are held at the same time and do not block each other', async () => {
      await says('A timer', 'Its port is free.')
      await press('Start the timer')
      await press('Pipe the stream')
      for (const name of ['A button', 'A timer', 'A piped stream']) {
        await says(name, 'Its port is locked.')
      }
      await waitFor(() => expect([timer.listeners(), stream.listeners()]).toEqual([1, 1]))
    })

    await step('seats and history have the order in which the visitors came', async () => {
      timer.tick()
      await taken('button', 'button', 'timer')
      stream.tick()
      await taken('button', 'button', 'timer', 'stream')
      await press('Let one visitor in')
      await taken('button', 'button', 'timer', 'stream', 'button')
      await counted('A timer', 1, 1, 0)
      await counted('A piped stream', 1, 1, 0)
      // The page shows the history at most once a frame.
      await waitFor(() => expect(commits.getAllByText('ENTER')).toHaveLength(5))
    })

    await step('a sender that stops releases its lock, and the others continue', async () => {
      await press('Stop the stream')
      await says('A piped stream', 'Its port is free.')
      await waitFor(() => expect(stream.listeners()).toBe(0))
      timer.tick()
      await taken('button', 'button', 'timer', 'stream', 'button', 'timer')
    })

    await step('a released port can be locked again', async () => {
      await press('Pipe the stream')
      await waitFor(() => expect(stream.listeners()).toBe(1))
      stream.tick()
      await taken('button', 'button', 'timer', 'stream', 'button', 'timer', 'stream')
    })

    await step('a visitor without a free seat is refused, and the senders continue', async () => {
      for (let seat = 7; seat < 24; seat++) timer.tick()
      await waitFor(() => expect(canvas.getByText(/^of 24 seats/)).toHaveTextContent('24 of 24'))
      timer.tick()
      await expect(await canvas.findByText('Every seat is taken.')).toBeVisible()
      await counted('A timer', 20, 20, 1)
      await press('Send everybody home')
      await taken()
      stream.tick()
      await taken('stream')
      await press('Stop the timer')
      await press('Stop the stream')
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
