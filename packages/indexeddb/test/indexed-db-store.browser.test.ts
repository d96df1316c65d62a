/** The store in IndexedDB behaves as the suite for stores says, in a real browser. */

import { createRun, defineMachine } from '@xmachines/core'
import { recordRun } from '@xmachines/core/store'
import { storeCases } from '@xmachines/core/store/conformance'
import { type IndexedDbStore, indexedDbStore } from '@xmachines/indexeddb'
import { openDB } from 'idb'
import { afterAll, expect, test } from 'vitest'

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

const counter = defineMachine<number, { type: 'INC' }, { type: 'counted' }>({
  name: 'counter',
  version: '1',
  initial: 0,
  on: {
    INC: (count, _event, emit) => {
      emit({ type: 'counted' })
      return count + 1
    },
  },
})

test('an append keeps what another tab has settled since the append before', async () => {
  const [store, other] = [await open(), await open()]
  const run = createRun(counter)
  const recorder = recordRun(run, store)
  for (let settled = 0; settled < 3; settled++) {
    run.in.send({ type: 'INC' })
    await recorder.flush()
    const lease = await other.lease(run.id, { owner: 'another tab', ttl: 10_000 })
    expect(lease?.settled).toBe(settled)
    await lease?.settle(settled + 1)
    await lease?.release()
  }
  run.in.send({ type: 'INC' })
  await recorder.flush()
  for await (const { id, position, settled } of other.list())
    if (id === run.id) expect([position, settled]).toEqual([4, 3])
})

test('a run goes on after another tab has deleted the database, once it is recorded anew', async () => {
  const name = `deleted-${crypto.randomUUID()}`
  const store = indexedDbStore({ name })
  const run = createRun(counter)
  const recorder = recordRun(run, store)
  run.in.send({ type: 'INC' })
  await recorder.flush()
  await new Promise((resolve, reject) => {
    const deleted = indexedDB.deleteDatabase(name)
    deleted.onsuccess = resolve
    deleted.onerror = reject
  })
  run.in.send({ type: 'INC' })
  await expect(recorder.flush()).rejects.toHaveProperty('code', 'MOVED')
  await recordRun(createRun(counter), store).stop()
  store.close()
  indexedDB.deleteDatabase(name)
})
