// The errors, to bring about by hand; and driven, in light and in dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import { ErrorsFlow } from './errors-flow.tsx'

const meta: Meta<typeof ErrorsFlow> = { title: 'Flows/Errors', component: ErrorsFlow }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = {}

/** Buttons, with the code and the message of what they bring about: told on the `err` of the run. */
const refused: readonly (readonly [action: string, code: string, message: RegExp])[] = [
  ['Send a Date', 'INVALID_EVENT', /event\.when is a Date; plain data has no Date/],
  ['Add 99', 'SCHEMA_MISMATCH', /event\.by: must be a whole number from 1 to 9/],
  ['Take 1,000', 'TRANSITION_FAILED', /There are not 1000 to take/],
  ['Divide by 0', 'INVALID_STATE', /state\.count is Infinity; plain data has only finite numbers/],
  ['Report', 'INVALID_OUTPUT', /output\.at is a Date/],
  ['Guess', 'NONDETERMINISTIC', /state\.count came out in two ways/],
  ['Meddle', 'REENTRANT', /written from inside a transition/],
]

/** Buttons, with the message, and who tells it instead. */
const elsewhere: readonly (readonly [action: string, message: RegExp, toldBy: string])[] = [
  ['Finish, then count', /event 1 \(COUNT\): it comes behind the event that completes the run/, 'Returned by send.'],
  ['Read late', /44 refusals were dropped before this reader of err asked for them/, 'The first thing that it read.'],
  ['Cut off the genesis', /sequence 0: the genesis record is malformed/, 'Thrown by restoreRun.'],
  ['Slip in an event', /the oid "5eed.*" is not that of its content/, 'Thrown by restoreRun.'],
  ['Claim version 2', /the run is of counter@2, and the machines given are counter@1/, 'Thrown by restoreRun.'],
  ['Change its end', /replays it to another state than the one it was saved with/, 'Thrown by restoreRun.'],
]

export const Driven: Story = {
  async play({ canvas, step }) {
    const button = (name: string) => canvas.findByText(name, { selector: 'button' })
    const run = () => within(canvas.getByRole('region', { name: 'Run' }))
    const panel = () => within(canvas.getByRole('region', { name: 'Counter' }))
    const commits = () => within(canvas.getByRole('list', { name: /^Commits/ }))
    const refusals = within(canvas.getByRole('region', { name: 'Refusals' }))
    const outcomeOf = async (action: string): Promise<HTMLElement> => {
      const item = (await button(action)).closest('li')
      if (item === null) throw new Error(`${action} is in no list`)
      return within(item).getByRole('status')
    }
    let counted = 0

    async function countOn(): Promise<void> {
      await userEvent.click(await button('Count'))
      counted++
      await expect(panel().getByRole('status')).toHaveTextContent(`${counted} counted, at sequence ${counted}.`)
    }

    async function tryAndCountOn(action: string, message: RegExp, toldBy: string): Promise<void> {
      await userEvent.click(await button(action))
      const outcome = await outcomeOf(action)
      await waitFor(() => expect(outcome).toHaveTextContent(message))
      await expect(outcome).toHaveTextContent(
        `${toldBy} The sequence was ${counted} before, and is ${counted} after it.`,
      )
      await countOn()
    }

    await step('the counter counts', countOn)

    for (const [action, code, message] of refused) {
      await step(`${code} is told on err, and the counter counts on`, async () => {
        await tryAndCountOn(action, message, 'Told on err.')
        await expect((await refusals.findAllByText(code))[0]).toBeInTheDocument()
      })
    }

    for (const [action, message, toldBy] of elsewhere) {
      await step(`${action}: ${toldBy.toLowerCase()} The counter counts on`, async () => {
        await tryAndCountOn(action, message, toldBy)
      })
    }

    await step('the history has what was counted, and nothing else', async () => {
      await waitFor(() => expect(commits().getAllByText('COUNT')).toHaveLength(counted))
      await expect(commits().getAllByText(/^[0-9a-f]{7}$/)).toHaveLength(counted + 1)
    })

    await step('a fatal error ends the run, without a hole in its history', async () => {
      await userEvent.click(await button('Break'))
      const outcome = await outcomeOf('Break')
      await waitFor(() => expect(outcome).toHaveTextContent(/The counter is broken/))
      await expect(outcome).toHaveTextContent(`was ${counted} before, and is ${counted} after`)
      await expect(run().getByText('error')).toBeVisible()
      await expect(await button('Take 1,000')).toBeDisabled()
      await expect(await button('Slip in an event')).toBeEnabled()
    })

    await step('a new run counts from 0', async () => {
      await userEvent.click(await button('New run'))
      await expect(run().getByText('active')).toBeVisible()
      counted = 0
      await countOn()
      await expect(await outcomeOf('Break')).toBeEmptyDOMElement()
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, globals: { scheme: 'dark' } }
