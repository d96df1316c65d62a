// A store behind a line that loses requests and answers.

import type { RunStore } from '@xmachines/core/store'

/** What the line loses of one exchange. */
export type Loss = 'none' | 'request' | 'answer'

/** The same store behind such a line. Once the losses are used up, nothing is lost. */
export function lossyStore(store: RunStore, losses: Iterable<Loss>): RunStore {
  const next = losses[Symbol.iterator]()
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
  }
}
