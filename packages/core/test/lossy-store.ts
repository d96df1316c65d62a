// A store behind a line that loses requests and answers.

import type { RunStore, StoredRecord } from '@xmachines/core/store'

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
    head: (id) => exchange(() => store.head(id)),
    // A run can be opened. What is read later can be cut off.
    read(id, range) {
      const loss = range.from === 0 ? 'none' : (next.next().value ?? 'none')
      if (loss === 'none') return store.read(id, range)
      let left = loss === 'request' ? 0 : 1
      const cut = new TransformStream<StoredRecord, StoredRecord>({
        start(controller) {
          if (left === 0) controller.error(new Error('the request was lost'))
        },
        transform(record, controller) {
          if (left-- > 0) controller.enqueue(record)
          else controller.error(new Error('the rest of the answer was lost'))
        },
      })
      return store.read(id, range).pipeThrough(cut)
    },
    append: (...given) => exchange(() => store.append(...given)),
    receipt: (...given) => exchange(() => store.receipt(...given)),
  }
}
