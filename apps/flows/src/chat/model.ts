// A language model that exists in this page alone: it knows three answers by heart, one of which never ends, and says
// them at the pace that it is given, one token a task.

import { nextTask } from '../parts/own-task.ts'
import { BREAK } from './paragraphs.ts'

/** Something that answers questions. */
export interface Model {
  /**
   * Answers a question in tokens.
   *
   * @param question what was asked
   * @param pace how many tokens a second, asked before each
   * @returns a stream that ends with the answer; to cancel it stops the model
   */
  answer(question: string, pace: () => number): ReadableStream<string>
}

/** Questions that the fake model knows an answer to. */
export const SUGGESTIONS: readonly string[] = [
  'What is a run?',
  'Why is each token a commit?',
  'Tell me an endless story.',
]

/** Makes a model that answers without a network. */
export function fakeModel(): Model {
  return { answer: (question, pace) => paced(answerTo(question), pace) }
}

/** How far a model may fall behind its pace and still catch up: in milliseconds. */
const LEEWAY = 100

function paced(texts: Iterable<string>, pace: () => number): ReadableStream<string> {
  const tokens = tokensOf(texts)
  let due = performance.now()
  return new ReadableStream({
    async pull(controller) {
      await nextTask()
      due = Math.max(due + 1000 / pace(), performance.now() - LEEWAY)
      const wait = due - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      const { done, value } = tokens.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
  })
}

function* tokensOf(texts: Iterable<string>): Generator<string, undefined> {
  for (const text of texts) yield* text.split(/(?<= )/)
  return undefined
}

function* answerTo(question: string): Iterable<string> {
  switch (SUGGESTIONS.indexOf(question.trim())) {
    case 0:
      yield 'A run is one execution of a machine. It is driven by events alone, and each batch of them that is applied '
      yield 'is a commit in its history.'
      yield BREAK
      yield 'So whoever has the history has the run: the same state, the same id, down to the last bit. This very '
      yield 'sentence is in it, word by word, for you to read on this page.'
      break
    case 1:
      yield 'Because nothing else moves a run. What I say is piped into its in port, and a token is an event like a '
      yield 'click is one: stop me, and the history shows after which word you did.'
      yield BREAK
      yield 'It costs little. Object ids are computed when somebody looks at them, and a page renders once a frame '
      yield 'however fast I talk. Move the slider, ask for the endless story, and watch the largest gap.'
      break
    case 2:
      yield* endlessStory()
      break
    default:
      yield `You asked “${question.trim()}”. I am a fake model, and know three answers by heart.`
      yield BREAK
      yield `Try one of these: ${SUGGESTIONS.join(' ')}`
  }
}

function* endlessStory(): Iterable<string> {
  for (let night = 1; ; night++) {
    yield `Night ${night}. `
    for (let at = 0; at < 4; at++) yield `${sentences[(night * 5 + at * 3) % sentences.length]} `
    yield BREAK
  }
}

const sentences = [
  'There was a door that was open, closed or locked, and never anything between.',
  'Whoever came by wrote down what they had done to it, and nobody could rub it out.',
  'A traveller tried a code that was wrong, and was told so, and the door stood where it had stood.',
  'The keeper read the book from its first page and knew each time whether it was open.',
  'Two people came at the same moment, and one of them was first.',
  'Somebody copied the book, and had a door that was as open as the other.',
  'In the morning the pages were counted, and there was one for each deed.',
  'A child asked what the door would do next, and the keeper said: what the book says.',
  'Rain fell on the words, and each of them knew the one before it.',
  'Then the lamp was lit again, and the story went on where it had stopped.',
  'The traveller came back with the right code, and the hinges remembered nothing.',
]
