// The errors, to cause by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, mocked, spyOn, userEvent, waitFor, within } from 'storybook/test'

import { ErrorsFlow } from './errors-flow.tsx'

const meta: Meta<typeof ErrorsFlow> = { title: 'Flows/Errors', component: ErrorsFlow }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Errors' }

/** Buttons, with the code and the message of the refusal that the `err` of the run delivers. */
const refused: readonly (readonly [action: string, code: string, message: RegExp])[] = [
  ['Send a Date', 'INVALID_EVENT', /event\.when is a Date; plain data has no Date/],
  ['Add 99', 'SCHEMA_MISMATCH', /event\.by: must be a whole number from 1 to 9/],
  ['Take 1,000', 'REFUSED', /There are fewer than 1000 to take/],
  ['Pause', 'UNHANDLED', /event 0 \(PAUSE\): nothing handles it/],
  ['Divide by 0', 'INVALID_STATE', /state\.count is Infinity; plain data has only finite numbers/],
  ['Report', 'INVALID_OUTPUT', /output\.at is a Date/],
  ['Guess', 'NONDETERMINISTIC', /state\.count had two results/],
  ['Meddle', 'REENTRANT', /written from inside a transition/],
]

/** Buttons, with the message and its source, if that is not `err`. */
const elsewhere: readonly (readonly [action: string, message: RegExp, source: string])[] = [
  ['Finish, then count', /event 1 \(COUNT\): it follows the event that completed the run/, 'Returned by send.'],
  [
    'Read late',
    /44 refusals were dropped before this reader of err asked for them/,
    'The first item that the reader got.',
  ],
  ['Remove the genesis', /sequence 0: the genesis record is malformed/, 'Thrown by restoreRun.'],
  ['Add a false event', /the oid "5eed.*" is not the oid of its content/, 'Thrown by restoreRun.'],
  ['Claim version 2', /the run is of counter@2, but the machines given are counter@1/, 'Thrown by restoreRun.'],
  [
    'Change the final state',
    /replays it to another state than the one that it was saved with/,
    'Thrown by restoreRun.',
  ],
]

/** What development reports on the console: the bugs, and not the refusals by rule. */
const reported = [
  /event\.when is a Date/,
  /state\.count is Infinity/,
  /output\.at is a Date/,
  /state\.count had two results/,
  /written from inside a transition/,
  /event 0 \(MEDDLE\): its handler threw/,
  /event 0 \(BREAK\): its handler threw/,
]

export const Driven: Story = {
  tags: ['!dev'],
  beforeEach() {
    const spy = spyOn(console, 'error').mockImplementation(() => {})
    return () => spy.mockRestore()
  },
  async play({ canvas, step }) {
    const button = (name: string) => canvas.findByText(name, { selector: 'button' })
    const run = () => within(canvas.getByRole('region', { name: 'Run' }))
    const panel = () => within(canvas.getByRole('region', { name: 'Counter' }))
    const commits = () => within(canvas.getByRole('list', { name: /^Commits/ }))
    const refusals = async () => within(await canvas.findByRole('region', { name: 'Refusals' }))
    const outcomeOf = async (action: string): Promise<HTMLElement> => {
      const item = (await button(action)).closest('li')
      if (item === null) throw new Error(`The button ${action} is not in a list.`)
      return within(item).getByRole('status')
    }
    let counted = 0

    async function count(): Promise<void> {
      await userEvent.click(await button('Count'))
      counted++
      const shown = `${counted} counted, at sequence ${counted}.`
      await waitFor(() => expect(panel().getByRole('status')).toHaveTextContent(shown))
    }

    async function tryAndCount(action: string, message: RegExp, source: string): Promise<void> {
      await userEvent.click(await button(action))
      const outcome = await outcomeOf(action)
      await waitFor(() => expect(outcome).toHaveTextContent(message))
      const told = `${source} The sequence was ${counted} before and is ${counted} now.`
      await waitFor(() => expect(outcome).toHaveTextContent(told))
      await count()
    }

    await step('the counter counts', count)

    for (const [action, code, message] of refused) {
      await step(`err delivers ${code}, and counting still works`, async () => {
        await tryAndCount(action, message, 'Delivered by err.')
        await expect((await (await refusals()).findAllByText(code))[0]).toBeInTheDocument()
      })
    }

    for (const [action, message, source] of elsewhere) {
      await step(`${action}: ${source.toLowerCase()} Counting still works`, async () => {
        await tryAndCount(action, message, source)
      })
    }

    await step('the history contains the counts and nothing else', async () => {
      await waitFor(() => expect(commits().getAllByText('COUNT')).toHaveLength(counted))
      await expect(commits().getAllByText(/^[0-9a-f]{7}$/)).toHaveLength(counted + 1)
    })

    await step('a fatal error ends the run, without a gap in its history', async () => {
      await userEvent.click(await button('Break'))
      const outcome = await outcomeOf('Break')
      await waitFor(() => expect(outcome).toHaveTextContent(/The counter is broken/))
      await waitFor(() => expect(outcome).toHaveTextContent(`was ${counted} before and is ${counted} now`))
      await expect(await run().findByText('error')).toBeVisible()
      await waitFor(async () => expect(await button('Take 1,000')).toBeDisabled())
      await expect(await button('Add a false event')).toBeEnabled()
    })

    await step('development has reported the bugs on the console, and nothing else', async () => {
      const reports = mocked(console.error).mock.calls.map(([first]) => String(first))
      await expect(reports).toEqual(reported.map((report) => expect.stringMatching(report)))
    })

    await step('a new run counts from 0', async () => {
      await userEvent.click(await button('New run'))
      await expect(await run().findByText('active')).toBeVisible()
      counted = 0
      await count()
      await expect(await outcomeOf('Break')).toBeEmptyDOMElement()
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
