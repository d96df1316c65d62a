// A store that is replaced by memory once it cannot be used. The run continues, and ends with the page.

import { memoryStore, type RunStore } from '@xmachines/core/store'

/** A store, and a function that stops using it. */
export function replaceableStore(given: RunStore): { readonly store: RunStore; readonly forgo: () => void } {
  let current = given
  const store: RunStore = {
    head: (...asked) => current.head(...asked),
    append: (...asked) => current.append(...asked),
    receipt: (...asked) => current.receipt(...asked),
    read: (...asked) => current.read(...asked),
    follow: (...asked) => current.follow(...asked),
    list: (...asked) => current.list(...asked),
    lease: (...asked) => current.lease(...asked),
    // Without it, whoever waits for a lease asks again from time to time.
    untilFree: (id, signal) => current.untilFree?.(id, signal) ?? aborted(signal),
    name: (...asked) => current.name(...asked),
    rename: (...asked) => current.rename(...asked),
  }
  return {
    store,
    forgo() {
      // The memory is for one run alone, so nobody else can have its name.
      current = { ...memoryStore(), rename: () => Promise.resolve(true) }
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
