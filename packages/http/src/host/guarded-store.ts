// A store whose failures all say that they are failures of the store: the client of a database throws errors of its own.

import { type RunStore, StoreError, storeErrorOf } from '@xmachines/core/store'

/** The same store. If it throws anything else than a `StoreError`, that becomes the cause of one. */
export function guardedStore(store: RunStore): RunStore {
  const guarded: RunStore = {
    head: (id) => guard(() => store.head(id)),
    append: (...given) => guard(() => store.append(...given)),
    receipt: (...given) => guard(() => store.receipt(...given)),
    read: (...given) => guardStream(() => store.read(...given)),
    follow: (...given) => guardStream(() => store.follow(...given)),
    list: (options) => guardStream(() => store.list(options)),
    lease: (...given) => guard(() => store.lease(...given)),
    name: (key) => guard(() => store.name(key)),
    rename: (...given) => guard(() => store.rename(...given)),
  }
  const { untilFree, seal } = store
  return {
    ...guarded,
    ...(untilFree !== undefined && { untilFree: (...given) => guard(() => untilFree.apply(store, given)) }),
    ...(seal !== undefined && { seal: (...given) => guard(() => seal.apply(store, given)) }),
  }
}

async function guard<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (thrown) {
    throw failure(thrown)
  }
}

function guardStream<Item>(open: () => ReadableStream<Item>): ReadableStream<Item> {
  let reader: ReadableStreamDefaultReader<Item> | undefined
  return new ReadableStream<Item>(
    {
      async pull(controller) {
        try {
          reader ??= open().getReader()
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (thrown) {
          throw failure(thrown)
        }
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

function failure(thrown: unknown): Error {
  return storeErrorOf(thrown) ?? new StoreError('UNAVAILABLE', 'the store failed; try again later', { cause: thrown })
}
