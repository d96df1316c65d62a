// The progress of long work, for whoever wants to show it.

/** Called now and then with how much of the work is done, and how much there is. */
export type OnProgress = (done: number, total: number) => void

/** Progress is reported after this many items. */
export const STEP = 1024

/** The same items, in an array that reports how many were taken: whoever takes them need not know. */
export function counted<Item>(items: readonly Item[], report: (taken: number) => void): readonly Item[] {
  return Object.defineProperty([...items], Symbol.iterator, {
    *value() {
      for (let at = 0; at < items.length; at++) {
        if (at % STEP === 0) report(at)
        yield items[at]
      }
      report(items.length)
    },
  })
}
