// The traffic light, to drive by hand, and driven by a play function that rings its clock, in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, userEvent, waitFor, within } from 'storybook/test'

import { createBellClock } from './bell-clock.ts'
import { createClock } from './clock.ts'
import { TrafficLightFlow } from './traffic-light-flow.tsx'

const meta: Meta<typeof TrafficLightFlow> = {
  title: 'Flows/Traffic light',
  component: TrafficLightFlow,
  args: { clock: createClock() },
}

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Traffic light' }

const drivenBy = (clock = createBellClock()): Story => ({
  args: { clock },
  async play({ canvas, step }) {
    const button = (name: string) => canvas.findByRole('button', { name })
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const timers = () => canvas.queryByRole('region', { name: 'Timers' })
    const timer = (name: string) => canvas.findByText(name, { selector: '.timers span' })
    const shows = (at: string) => canvas.findByText(at, { selector: 'output strong' })
    /** Waits until the clock has the wait, and ends it. */
    const ring = async (milliseconds: number): Promise<void> => {
      await waitFor(() => expect(clock.waiting).toContain(milliseconds))
      clock.ring(milliseconds)
    }

    await step('no timer runs before the light is switched on', async () => {
      await expect(timers()).toBeNull()
      await expect(await button('Request to cross')).toBeDisabled()
      await expect(clock.waiting).toEqual([])
    })

    await step('the light turns red, green, amber and red again, each when its time is up', async () => {
      await userEvent.click(await button('Switch on'))
      await expect(await shows('red')).toBeVisible()
      await expect(await timer('red, 5 s')).toBeVisible()
      await ring(5000)
      await expect(await shows('green')).toBeVisible()
      await ring(10_000)
      await expect(await shows('amber')).toBeVisible()
      await ring(2000)
      await expect(await shows('red')).toBeVisible()
      await waitFor(() => expect(commits.getAllByText('TIME_UP')).toHaveLength(3))
    })

    await step('a request to cross shortens the green', async () => {
      await ring(5000)
      await shows('green')
      await userEvent.click(await button('Request to cross'))
      await expect(await canvas.findByText(/Somebody wants to cross/)).toBeVisible()
      await expect(await button('Request to cross')).toBeDisabled()
      await waitFor(() => expect(clock.waiting).toEqual([3000]))
      await ring(3000)
      await shows('amber')
      await ring(2000)
      await expect(await canvas.findByText(/Somebody is crossing/)).toBeVisible()
    })

    await step('the long timer of the green was dropped when the short one began', async () => {
      await waitFor(() => expect(clock.waiting).toEqual([8000]))
      await expect(await timer('red, 8 s')).toBeVisible()
      await expect(timers()?.querySelectorAll('li')).toHaveLength(1)
    })

    await step('the light flashes until it is switched on again, and no old timer stops it', async () => {
      await userEvent.click(await button('Flash amber'))
      await expect(await shows('flashing')).toBeVisible()
      await waitFor(() => expect(clock.waiting).toEqual([]))
      await waitFor(() => expect(timers()).toBeNull())
      await userEvent.click(await button('Stop flashing'))
      await expect(await shows('red')).toBeVisible()
      await waitFor(() => expect(clock.waiting).toEqual([5000]))
    })

    await step('the clock can run faster', async () => {
      // Dragging a slider sets its value and fires this event.
      await fireEvent.change(canvas.getByRole('slider'), { target: { value: '10' } })
      await expect(canvas.getByLabelText('Clock speed')).toHaveAttribute('aria-valuetext', '10 ×')
      await expect(clock.speed).toBe(10)
    })

    await step('a dropped wait is not a refusal', async () => {
      await expect(canvas.queryByRole('region', { name: 'Refusals' })).toBeNull()
    })
  },
})

export const Driven: Story = { ...drivenBy(), tags: ['!dev'] }

export const DrivenInTheDark: Story = { ...drivenBy(), tags: ['!dev'], globals: { scheme: 'dark' } }
