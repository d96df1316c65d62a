/** Runs in a page: appends to IndexedDB, beside bare puts with the same durability. */
import { defineMachine } from '@xmachines/core'
import { openNamed, type SharedRun } from '@xmachines/core/store'
import { indexedDbStore } from '@xmachines/indexeddb'

type Durability = 'strict' | 'relaxed'
type Counter = SharedRun<number, { type: 'INC' }>

const counter = defineMachine<number, { type: 'INC' }>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: { INC: (count) => count + 1 },
})

/** Milliseconds for each event: ours, the bare put, and the median of the ratios of each round. */
export interface Row {
  readonly ours: number
  readonly bare: number
  readonly ratio: number
}

const ROUNDS = 7
const APPENDS = 10

async function open(name: string, durability: Durability): Promise<Counter> {
  const { begin } = await openNamed(indexedDbStore({ name, durability }), 'counter', counter, {})
  return await begin()
}

function openBare(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1)
    asked.onupgradeneeded = () => void asked.result.createObjectStore('records', { keyPath: ['id', 'sequence'] })
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

let sequence = 0

function put(database: IDBDatabase, durability: Durability, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('records', 'readwrite', { durability })
    const records = transaction.objectStore('records')
    for (let at = 0; at < count; at++) {
      const record = { oid: '0'.repeat(40), parent: '1'.repeat(40), events: [{ type: 'INC' }] }
      records.put({ id: '2'.repeat(40), sequence: ++sequence, record })
    }
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

async function append(run: Counter, count: number): Promise<void> {
  for (let at = 0; at < count; at++) run.in.send({ type: 'INC' })
  await run.flush()
}

async function timed(act: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  for (let at = 0; at < APPENDS; at++) await act()
  return (performance.now() - begun) / APPENDS
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number

/**
 * Appends, and puts the same records.
 * @param count how many events each append has
 * @param before how many events the run has before the first
 */
export async function measure(durability: Durability, count: number, before: number): Promise<Row> {
  const name = `bench ${durability} ${count} ${before}`
  const run = await open(name, durability)
  for (let sent = 0; sent < before; sent += 1000) await append(run, Math.min(1000, before - sent))
  const database = await openBare(`${name} bare`)
  const rounds: [number, number][] = []
  for (let round = 0; round < ROUNDS + 2; round++) {
    const ours = (): Promise<number> => timed(() => append(run, count))
    const bare = (): Promise<number> => timed(() => put(database, durability, count))
    const first = round % 2 === 0 ? await ours() : await bare()
    const second = round % 2 === 0 ? await bare() : await ours()
    // The first two warm up.
    if (round >= 2) rounds.push(round % 2 === 0 ? [first, second] : [second, first])
  }
  run.close()
  database.close()
  return {
    ours: median(rounds.map(([ours]) => ours)) / count,
    bare: median(rounds.map(([, bare]) => bare)) / count,
    ratio: median(rounds.map(([ours, bare]) => ours / bare)),
  }
}
