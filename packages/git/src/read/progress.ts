// How far long work is, for who wants to see it.

/** Told now and then how much of the work is done, of how much there is. */
export type OnProgress = (done: number, total: number) => void

/** So many items are taken from one telling to the next. */
export const STEP = 1024

/** The same items, in an array that tells now and then how many of them were taken: what takes them need not know. */
export function counted<Item>(items: readonly Item[], tell: (taken: number) => void): readonly Item[] {
  return Object.defineProperty([...items], Symbol.iterator, {
    *value() {
      for (let at = 0; at < items.length; at++) {
        if (at % STEP === 0) tell(at)
        yield items[at]
      }
      tell(items.length)
    },
  })
}
