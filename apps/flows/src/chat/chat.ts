// A chat with a model that answers in tokens, as a machine: each token is an event, so each is a commit.
//
// An answer may have thousands of tokens, so a long answer must not make each step slower. The run visits every item of
// an array, but a text is one value whatever its length. So the finished paragraphs are one text, and a token is only
// added to the current paragraph, which is short.

import { defineMachine, type Emit, type Machine, refuse, to } from '@xmachines/core'

import { BREAK, joined } from './paragraphs.ts'

/** A question and its answer. */
interface Turn {
  readonly question: string
  readonly answer: string
}

/** The states of a chat. */
export type Chat =
  | { readonly at: 'idle'; readonly turns: readonly Turn[] }
  | {
      readonly at: 'answering'
      readonly turns: readonly Turn[]
      readonly question: string
      /** The finished paragraphs. */
      readonly finished: string
      /** The current paragraph. */
      readonly paragraph: string
    }
  | { readonly at: 'stopped'; readonly turns: readonly Turn[] }

/** The actions of a person, and the tokens of the model. */
export type ChatEvent =
  | { readonly type: 'ASK'; readonly question: string }
  | { readonly type: 'TOKEN'; readonly text: string }
  | { readonly type: 'END' }
  | { readonly type: 'STOP' }
  | { readonly type: 'REGENERATE' }

/** Asks code outside of the machine to ask the model, which answers as long as the chat is `answering`. */
export type ChatOutput = { readonly type: 'ask'; readonly question: string }

export const chat: Machine<Chat, ChatEvent, ChatOutput> = defineMachine<Chat, ChatEvent, ChatOutput>({
  name: 'chat',
  version: '1',
  initial: { at: 'idle', turns: [] },
  states: {
    idle: { ASK: to(['answering'], ask), REGENERATE: to(['answering'], regenerate) },
    answering: {
      TOKEN: to(['answering'], grow),
      END: to(['idle'], (answering) => ({ at: 'idle', turns: turnsOf(answering) })),
      STOP: to(['stopped'], (answering) => ({ at: 'stopped', turns: turnsOf(answering) })),
    },
    stopped: { ASK: to(['answering'], ask), REGENERATE: to(['answering'], regenerate) },
  },
})

type At<Name extends Chat['at']> = Extract<Chat, { readonly at: Name }>
type Silent = At<'idle'> | At<'stopped'>

function ask(
  { turns }: Silent,
  { question }: Extract<ChatEvent, { readonly type: 'ASK' }>,
  emit: Emit<ChatOutput>,
): At<'answering'> {
  if (question.trim() === '') refuse('Enter a question.')
  return answering(turns, question, emit)
}

/** Asks the last question again and removes its answer. (The history keeps it.) */
function regenerate({ turns }: Silent, _event: ChatEvent, emit: Emit<ChatOutput>): At<'answering'> {
  const last = turns.at(-1)
  if (last === undefined) refuse('There is no question yet.')
  return answering(turns.slice(0, -1), last.question, emit)
}

function answering(turns: readonly Turn[], question: string, emit: Emit<ChatOutput>): At<'answering'> {
  emit({ type: 'ask', question })
  return { at: 'answering', turns, question, finished: '', paragraph: '' }
}

function grow(state: At<'answering'>, { text }: Extract<ChatEvent, { readonly type: 'TOKEN' }>): At<'answering'> {
  const grown = state.paragraph + text
  const end = grown.lastIndexOf(BREAK)
  if (end < 0) return { ...state, paragraph: grown }
  return {
    ...state,
    finished: joined(state.finished, grown.slice(0, end)),
    paragraph: grown.slice(end + BREAK.length),
  }
}

function turnsOf({ turns, question, finished, paragraph }: At<'answering'>): readonly Turn[] {
  return [...turns, { question, answer: joined(finished, paragraph) }]
}
