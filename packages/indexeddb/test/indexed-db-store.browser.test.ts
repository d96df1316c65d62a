/** The store in IndexedDB behaves as the suite for stores says, in a real browser. */

import { storeCases } from '@xmachines/core/store/conformance'
import { type IndexedDbStore, indexedDbStore } from '@xmachines/indexeddb'
import { openDB } from 'idb'
import { afterAll, test } from 'vitest'

const name = `conformance-${crypto.randomUUID()}`
const handles: IndexedDbStore[] = []

afterAll(() => {
  for (const handle of handles) handle.close()
  indexedDB.deleteDatabase(name)
})

async function open(): Promise<IndexedDbStore> {
  const handle = indexedDbStore({ name, durability: 'relaxed' })
  handles.push(handle)
  return handle
}

async function damage(id: string, sequence: number, how: 'change' | 'remove' | 'swap'): Promise<void> {
  const database = await openDB(name)
  const row = await database.get('records', [id, sequence])
  if (how === 'remove') await database.delete('records', [id, sequence])
  else if (how === 'swap') {
    const next = await database.get('records', [id, sequence + 1])
    await database.put('records', { ...row, record: next.record })
    await database.put('records', { ...next, record: row.record })
  } else {
    row.record.events[0].cents += 1
    await database.put('records', row)
  }
  database.close()
}

// The browser gives the lock of a tab that crashed back, so no lease runs out.
test.each(storeCases.filter(({ needsCrash }) => needsCrash !== true))('$title', async ({ check }) => {
  await check({ open, damage })
})
