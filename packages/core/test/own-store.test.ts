/** A store that somebody writes with what core exports behaves as the suite says. */
import type { RunStore, StoredRecord } from '@xmachines/core/store'
import { storeCases } from '@xmachines/core/store/conformance'
import { test } from 'vitest'
import { type Texts, textStore } from './recipes/text-store.ts'

const kept = new Map<string, string>()
const crashed = new Set<RunStore>()

async function open(): Promise<RunStore> {
  /** An exchange with what keeps the texts. */
  const exchange = async <Answer>(act: () => Answer): Promise<Answer> => {
    await new Promise((resolve) => setImmediate(resolve))
    if (crashed.has(store)) throw new Error('the process has crashed')
    return act()
  }
  const texts: Texts = {
    get: (key) => exchange(() => kept.get(key)),
    keys: () => exchange(() => Array.from(kept.keys())),
    swap: (key, expected, next) =>
      exchange(() => {
        if (kept.get(key) !== expected) return false
        if (next === undefined) kept.delete(key)
        else kept.set(key, next)
        return true
      }),
  }
  const store = textStore(texts)
  return store
}

async function damage(id: string, sequence: number, how: 'change' | 'remove' | 'swap'): Promise<void> {
  const run = JSON.parse(kept.get(`run ${id}`) as string) as { records: StoredRecord[] }
  const [record, next] = run.records.slice(sequence) as [StoredRecord, StoredRecord]
  const damaged = { change: [{ ...record, oid: next.oid }, next], remove: [next], swap: [next, record] }[how]
  run.records.splice(sequence, 2, ...damaged)
  kept.set(`run ${id}`, JSON.stringify(run))
}

test.each(storeCases)('$title', async ({ check }) => {
  await check({ open, damage, crash: async (store) => void crashed.add(store) })
})
