// A store behind a line that loses requests and answers.

import type { RunStore } from '@xmachines/core/store'

/** What the line loses of one exchange. */
export type Loss = 'none' | 'request' | 'answer'

/**
 * The same store behind such a line. Once the losses are used up, nothing is lost.
 * @param losses of appends and of questions for receipts
 * @param cuts after how many records each attempt to follow fails
 */
export function lossyStore(store: RunStore, losses: Iterable<Loss>, cuts: Iterable<number> = []): RunStore {
  const next = losses[Symbol.iterator]()
  const nextCut = cuts[Symbol.iterator]()
  const exchange = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const loss: Loss = next.next().value ?? 'none'
    if (loss === 'request') throw new Error('the request was lost')
    const answer = await ask()
    if (loss === 'answer') throw new Error('the answer was lost')
    return answer
  }
  return {
    ...store,
    append: (...given) => exchange(() => store.append(...given)),
    receipt: (...given) => exchange(() => store.receipt(...given)),
    follow(id, options) {
      const cut = nextCut.next().value
      const stream = store.follow(id, options)
      return cut === undefined ? stream : stream.pipeThrough(cutAfter(cut))
    },
  }
}

/** Lets so many items pass, and fails at the next. */
function cutAfter<Item>(count: number): TransformStream<Item, Item> {
  let passed = 0
  return new TransformStream({
    transform(item, controller) {
      if (passed++ === count) throw new Error('the line was cut')
      controller.enqueue(item)
    },
  })
}
