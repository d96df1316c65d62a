// A stock that never falls below zero, kept in a store and shared by several runs.

import { createRun, defineMachine, type Machine } from '@xmachines/core'
import { memoryStore, openShared, type RunStore, recordRun, type SharedRun } from '@xmachines/core/store'
import { onTestFinished } from 'vitest'

export type StockEvent = { type: 'TAKEN'; count: number; by: string } | { type: 'ADDED'; count: number }
export type StockOutput = { type: 'sent'; by: string }

export const stock: Machine<number, StockEvent, StockOutput> = defineMachine<number, StockEvent, StockOutput>({
  name: 'stock',
  version: '1',
  initial: 3,
  on: {
    TAKEN: (left, { count, by }, emit) => {
      if (count > left) throw new Error(`only ${left} are left`)
      emit({ type: 'sent', by })
      return left - count
    },
    ADDED: (left, { count }) => left + count,
  },
})

/** Keeps a new stock; answers with the id of its run. */
export async function seeded(store: RunStore): Promise<string> {
  const seed = createRun(stock)
  await recordRun(seed, store).stop()
  return seed.id
}

/** Opens the stock for one test. */
export async function openStock(store: RunStore, id: string): Promise<SharedRun<number, StockEvent, StockOutput>> {
  const run = await openShared(store, id, stock)
  onTestFinished(() => run.close())
  return run
}

/** A stock that two share. */
export async function openTwo(store: RunStore = memoryStore()) {
  const id = await seeded(store)
  return { store, id, one: await openStock(store, id), other: await openStock(store, id) }
}
