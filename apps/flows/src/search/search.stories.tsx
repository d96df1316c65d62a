// The search, to drive by hand, and driven by a play function that advances its clock, in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, userEvent, waitFor, within } from 'storybook/test'

import { type Clock, type ManualClock, manualClock, wallClock } from './clock.ts'
import { SearchFlow } from './search-flow.tsx'
import { fakeServer, type Server } from './server.ts'

const meta: Meta<typeof SearchFlow> = {
  title: 'Flows/Search as you type',
  component: SearchFlow,
  args: settings(wallClock),
}

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Search as you type' }

function settings(clock: Clock): { readonly clock: Clock; readonly server: Server } {
  return { clock, server: fakeServer(clock) }
}

export const Driven: Story = {
  tags: ['!dev'],
  args: settings(manualClock()),
  async play({ canvas, step, args }) {
    // Both driven stories use a manual clock.
    const clock = args.clock as ManualClock
    const field = canvas.getByLabelText('Chemical elements')
    const region = within(canvas.getByRole('region', { name: 'Search' }))
    const tiles = within(canvas.getByRole('list', { name: 'Elements found' }))
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const flip = (name: string) => userEvent.click(canvas.getByLabelText(name))
    const says = async (words: string) => expect(await region.findByText(words, { selector: 'output' })).toBeVisible()
    /** The latest requests, each with its outcome. */
    const requests = (number: number): readonly string[] => {
      const items = within(canvas.getByRole('list', { name: 'Requests, newest last' })).getAllByRole('listitem')
      return items
        .slice(-number)
        .map(({ firstChild, lastChild }) => `${firstChild?.textContent} ${lastChild?.textContent}`)
    }
    /** Waits until the clock has exactly these waits, and advances it by the shortest. */
    const pass = async (...waits: readonly [first: number, ...others: number[]]): Promise<void> => {
      await waitFor(() => expect(clock.waits).toEqual(waits))
      clock.advance(waits[0])
    }

    await fireEvent.change(canvas.getByLabelText('Latency of the server'), { target: { value: 1000 } })

    await step('the request is sent when typing pauses, and not before', async () => {
      await userEvent.type(field, 'n')
      await says('Waiting for a pause…')
      await waitFor(() => expect(clock.waits).toEqual([300]))
      clock.advance(299)
      await userEvent.type(field, 'e')
      await pass(300)
      await says('Searching…')
      await expect(requests(2)).toEqual(['ne asked'])
    })

    await step('the answer is shown', async () => {
      await pass(750)
      await says('8 of 14 elements.')
      await expect(tiles.getByText('Np')).toBeVisible()
      await expect(requests(1)).toEqual(['ne answered'])
    })

    await step('an outdated search is dropped, and its request is aborted', async () => {
      await userEvent.type(field, '{Backspace}')
      await pass(300)
      await waitFor(() => expect(clock.waits).toEqual([2000]))
      await userEvent.type(field, 'i')
      await pass(300)
      await says('Searching…')
      await expect(requests(2)).toEqual(['n aborted', 'ni asked'])
      await pass(1025)
      await says('8 of 25 elements.')
    })

    await step('a late answer is dropped, even if its request was not aborted', async () => {
      await flip('Abort outdated requests')
      await userEvent.type(field, '{Backspace}')
      await pass(300)
      await waitFor(() => expect(clock.waits).toEqual([2000]))
      await userEvent.type(field, 'e')
      await pass(300, 2000)
      await pass(750, 1700)
      await says('8 of 14 elements.')
      await pass(950)
      await waitFor(() => expect(requests(2)).toEqual(['n too late', 'ne answered']))
      await expect(commits.queryByText(/"total":64/)).toBeNull()
      await says('8 of 14 elements.')
      await expect(tiles.getByText('Np')).toBeVisible()
    })

    await step('a failed request is repeated, after a delay that doubles each time', async () => {
      await flip('The server fails')
      await userEvent.clear(field)
      await userEvent.type(field, 'gold')
      await pass(300)
      await pass(425)
      await says('The server failed. Trying again in 0.5 s.')
      await pass(500)
      await says('Searching again, attempt 2 of 4…')
      await pass(425)
      await says('The server failed. Trying again in 1 s.')
      await flip('The server fails')
      await pass(1000)
      await pass(425)
      await says('1 found.')
      await expect(requests(3)).toEqual(['gold failed', 'gold failed', 'gold answered'])
    })

    await step('after four failures the search gives up, until somebody tries again', async () => {
      await flip('The server fails')
      await userEvent.type(field, 's')
      await pass(300)
      for (const rest of [500, 1000, 2000]) {
        await pass(400)
        await pass(rest)
      }
      await pass(400)
      await says('The server failed 4 times.')
      await expect(clock.waits).toEqual([])
      await flip('The server fails')
      await userEvent.click(canvas.getByText('Try again'))
      await pass(400)
      await says('No element contains “golds”.')
    })

    await step('an empty field sends no request', async () => {
      await userEvent.clear(field)
      await pass(300)
      await says('Type a symbol or a part of a name.')
      await flip('Abort outdated requests')
    })
  },
}

export const DrivenInTheDark: Story = {
  ...Driven,
  tags: ['!dev'],
  args: settings(manualClock()),
  globals: { scheme: 'dark' },
}
