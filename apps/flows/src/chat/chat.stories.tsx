// The chat, to drive by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, userEvent, waitFor, within } from 'storybook/test'

import { ChatFlow } from './chat-flow.tsx'
import { fakeModel, type Model } from './model.ts'

const meta: Meta<typeof ChatFlow> = { title: 'Flows/Streaming chat', component: ChatFlow, args: { model: fakeModel() } }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Streaming chat' }

/** A model that a play function controls. */
interface PromptedModel extends Model {
  say(...tokens: readonly string[]): void
  end(): void
  /** The questions so far, and the number of stopped answers. */
  readonly asked: readonly string[]
  readonly stopped: number
}

function promptedModel(): PromptedModel {
  const asked: string[] = []
  let stopped = 0
  let answer: ReadableStreamDefaultController<string> | undefined
  return {
    asked,
    get stopped() {
      return stopped
    },
    answer(question) {
      asked.push(question)
      return new ReadableStream({
        start(controller) {
          answer = controller
        },
        cancel() {
          stopped++
          answer = undefined
        },
      })
    },
    say(...tokens) {
      for (const token of tokens) answer?.enqueue(token)
    },
    end() {
      answer?.close()
    },
  }
}

export const Driven: StoryObj<{ model: PromptedModel }> = {
  tags: ['!dev'],
  args: { model: promptedModel() },
  async play({ canvas, step, args: { model } }) {
    const button = (name: string) => canvas.findByRole('button', { name })
    const thread = within(canvas.getByRole('log', { name: 'Conversation' }))
    const commits = within(canvas.getByRole('list', { name: /^Commits/ }))
    const run = within(canvas.getByRole('region', { name: 'Run' }))
    const before = { asked: model.asked.length, stopped: model.stopped }
    /** Waits until the model has been asked this many times in this play. */
    const wasAsked = (times: number) => waitFor(() => expect(model.asked.length - before.asked).toBe(times))

    await step('an empty question is refused', async () => {
      await userEvent.click(await button('Ask'))
      await expect(await canvas.findByText('Enter a question.')).toBeVisible()
    })

    await step('the model gets a question once', async () => {
      await userEvent.type(canvas.getByLabelText('Question'), 'Who is there?{Enter}')
      await expect(await thread.findByText('Who is there?')).toBeVisible()
      await expect(canvas.getByText('The model is answering…')).toBeVisible()
      await expect(canvas.getByLabelText('Question')).toHaveValue('')
      await wasAsked(1)
    })

    await step('each token is a commit', async () => {
      model.say('A ', 'door.')
      await expect(await thread.findByText('A door.')).toBeVisible()
      await waitFor(() => expect(commits.getAllByText('TOKEN')).toHaveLength(2))
      await expect(run.getByText('3')).toBeVisible()
    })

    await step('a finished paragraph stays the same element while the next one grows', async () => {
      model.say('\n\n', 'It is ')
      await expect(await thread.findByText('It is')).toBeVisible()
      const first = thread.getByText('A door.')
      model.say('locked.', '\n\nAnd ', 'old.')
      await expect(await thread.findByText('And old.')).toBeVisible()
      await expect(thread.getByText('It is locked.')).toBeVisible()
      await expect(thread.getByText('A door.')).toBe(first)
    })

    await step('during an answer screen readers wait, and no other question can be asked', async () => {
      await expect(canvas.getByRole('log')).toHaveAttribute('aria-busy', 'true')
      await expect(await button('Ask')).toBeDisabled()
      await expect(await button('Regenerate')).toBeDisabled()
    })

    await step('STOP is an event that stops the model and keeps its words', async () => {
      await userEvent.click(await button('Stop'))
      await expect(await canvas.findByText('The model was stopped.')).toBeVisible()
      await waitFor(() => expect(model.stopped - before.stopped).toBe(1))
      model.say('This comes too late.')
      await expect(await commits.findByText('STOP')).toBeVisible()
      await expect(thread.getByText('And old.')).toBeVisible()
    })

    await step('REGENERATE asks the same question again, and the new answer replaces the old one', async () => {
      await userEvent.click(await button('Regenerate'))
      await wasAsked(2)
      await expect(model.asked.at(-1)).toBe('Who is there?')
      model.say('A window.')
      await expect(await thread.findByText('A window.')).toBeVisible()
      await expect(thread.queryByText('And old.')).toBeNull()
      await expect(thread.getAllByText('Who is there?')).toHaveLength(1)
    })

    await step('an answer ends when its stream ends', async () => {
      model.end()
      await expect(await commits.findByText('END')).toBeVisible()
      await waitFor(() => expect(canvas.getByRole('log')).toHaveAttribute('aria-busy', 'false'))
      await expect(thread.getByText('A window.')).toBeVisible()
      await expect(thread.queryByText('This comes too late.')).toBeNull()
    })

    await step('a thousand tokens are a thousand commits, and the page shows the newest', async () => {
      await userEvent.click(await button('What is a run?'))
      await wasAsked(3)
      model.say(...Array.from({ length: 1000 }, (_, index) => `${index}${index % 100 === 99 ? '.\n\n' : ' '}`))
      model.say('Done.')
      await expect(await thread.findByText('Done.')).toBeVisible()
      await expect(await thread.findByText(/ 998 999\.$/)).toBeInTheDocument()
      await waitFor(() => expect(commits.getAllByText('TOKEN')).toHaveLength(100))
      await expect(canvas.getByText('and 915 older')).toBeVisible()
      await expect(run.getByText(/"finished": ".+" … [\d,]+ characters/s)).toBeInTheDocument()
      await userEvent.click(await button('Stop'))
    })

    await step('the slider sets the speed of the model', async () => {
      const slider = canvas.getByRole('slider', { name: 'Model speed' })
      await fireEvent.change(slider, { target: { value: '4' } })
      await expect(slider).toHaveAttribute('aria-valuetext', '1,000 tokens/s')
    })
  },
}

export const DrivenInTheDark: typeof Driven = {
  ...Driven,
  tags: ['!dev'],
  args: { model: promptedModel() },
  globals: { scheme: 'dark' },
}
