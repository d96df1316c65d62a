// IndexedDB, in a page: beside bare puts into a database of the same browser, with the same durability.

import { recordRun } from '@xmachines/core/store'
import { indexedDbStore } from '@xmachines/indexeddb'
import { addRuns } from './many-runs.ts'
import type { Stage } from './stage.ts'

/** As what an append is kept. */
export type Durability = 'strict' | 'relaxed'

/** A bare database: records of lists, and lists that may have something to do. */
interface BareDatabase {
  /** Puts records after one another in one transaction. */
  put(list: string, first: number, records: readonly unknown[]): Promise<void>
  readAll(list: string): Promise<number>
  close(): void
}

/** Opens a store and a bare database, both on disk if the browser has its profile there. */
export async function openIndexedDb(durability: Durability): Promise<Stage> {
  const name = `bench ${durability}`
  const [store, other] = [indexedDbStore({ name, durability }), indexedDbStore({ name, durability })]
  const bare = await openBare(`${name} bare`, durability)
  const [telling, hearing] = [new BroadcastChannel('bare'), new BroadcastChannel('bare')]
  return {
    store,
    other,
    bare: {
      names: { insert: 'bare put', select: 'bare getAll', listen: 'bare put and channel' },
      append: (list, sequence, record) => bare.put(list, sequence, [JSON.parse(record)]),
      appendAll: (list, records) =>
        bare.put(
          list,
          0,
          records.map((record) => JSON.parse(record) as unknown),
        ),
      readAll: bare.readAll,
      async listen(heard) {
        hearing.onmessage = heard
        return async () => {
          hearing.onmessage = null
        }
      },
      async appendAndTell(list, sequence, record) {
        await bare.put(list, sequence, [JSON.parse(record)])
        telling.postMessage(list)
      },
    },
    addRuns: (count, unsettled) => addRuns((run) => recordRun(run, store).stop(), count, unsettled),
    async end() {
      for (const each of [store, other, bare, telling, hearing]) each.close()
    },
  }
}

/** Opens a bare database. */
export async function openBare(name: string, durability: Durability): Promise<BareDatabase> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(name, 1)
    asked.onupgradeneeded = () => void asked.result.createObjectStore('records', { keyPath: ['id', 'sequence'] })
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
  return {
    put: (list, first, records) =>
      new Promise((resolve, reject) => {
        const transaction = database.transaction('records', 'readwrite', { durability })
        const table = transaction.objectStore('records')
        for (const [at, record] of records.entries()) table.put({ id: list, sequence: first + at, record })
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error)
      }),
    readAll: (list) =>
      new Promise((resolve, reject) => {
        const range = IDBKeyRange.bound([list, 0], [list, Number.MAX_SAFE_INTEGER])
        const asked = database.transaction('records').objectStore('records').getAll(range)
        asked.onsuccess = () => resolve(asked.result.length)
        asked.onerror = () => reject(asked.error)
      }),
    close: () => database.close(),
  }
}
