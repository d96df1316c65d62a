// A fake language model on this page. It knows three answers, and one of them never ends. It delivers them at a given
// speed, one token in each task.

import { nextTask } from '../parts/own-task.ts'
import { BREAK } from './paragraphs.ts'

/** A model that answers questions. */
export interface Model {
  /**
   * Answers a question in tokens.
   *
   * @param question the question
   * @param pace gives the current speed, in tokens per second
   * @returns a stream that ends with the answer; cancelling it stops the model
   */
  answer(question: string, pace: () => number): ReadableStream<string>
}

/** Questions that the fake model can answer. */
export const SUGGESTIONS: readonly string[] = [
  'What is a run?',
  'Why is each token a commit?',
  'Tell me an endless story.',
]

/** Makes a model that answers without a network. */
export function fakeModel(): Model {
  return { answer: (question, pace) => paced(answerTo(question), pace) }
}

/** How many milliseconds early a token may be: the shortest wait of timers. */
const EARLY = 4

/** How many milliseconds of delay the model makes up for. */
const LATE = 100

function paced(texts: Iterable<string>, pace: () => number): ReadableStream<string> {
  const tokens = tokensOf(texts)
  let due = performance.now()
  return new ReadableStream({
    async pull(controller) {
      due = Math.max(due + 1000 / pace(), performance.now() - LATE)
      const wait = due - performance.now()
      if (wait > EARLY) await new Promise((resolve) => setTimeout(resolve, wait))
      else await nextTask()
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
      yield 'A run is one execution of a machine. Only events change it, and each batch of events that is applied '
      yield 'is a commit in its history.'
      yield BREAK
      yield 'So the history is the whole run: the same state and the same id, down to the last bit. This very '
      yield 'sentence is in it, word by word. You can see it on this page.'
      break
    case 1:
      yield 'Because only events change a run. My words are piped into its in port, and a token is an event just like a '
      yield 'click: stop me, and the history shows after which word you did.'
      yield BREAK
      yield 'It costs little. Object ids are computed only when somebody looks at them, and the page renders once a frame '
      yield 'however fast I answer. Move the slider, ask for the endless story, and watch the largest gap.'
      break
    case 2:
      yield* endlessStory()
      break
    default:
      yield `You asked “${question.trim()}”. I am a fake model and know only three answers.`
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
  'There was a door that was open, closed or locked, and never anything in between.',
  'Everybody who used it wrote down what they did, and nobody could erase it.',
  'A traveller tried a wrong code. The door refused it and stayed locked.',
  'The keeper read the book from its first page and always knew whether the door was open.',
  'Two people came at the same moment, and one of them was first.',
  'Somebody copied the book and got a second door, just as open as the first.',
  'In the morning they counted the pages, and there was one for every deed.',
  'A child asked what the door would do next, and the keeper said: whatever you do.',
  'Rain fell on the book, but every page knew the page before it.',
  'Then somebody lit the lamp again, and the story continued where it had stopped.',
  'The traveller came back with the right code, and the door opened.',
]
