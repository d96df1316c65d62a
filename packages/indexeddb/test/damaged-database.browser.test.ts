/** Whatever stands in the database, a named run opens: as it was, or anew, and the store says why. */
import { defineMachine } from '@xmachines/core'
import { openNamed, StoreError } from '@xmachines/core/store'
import { indexedDbStore } from '@xmachines/indexeddb'
import fc from 'fast-check'
import { openDB } from 'idb'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'

const tally = defineMachine<number, { type: 'ADD'; count: number }>({
  name: 'tally',
  version: '1',
  initial: 0,
  on: { ADD: (total, { count }) => total + count },
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** A database with a run of four batches, which add up to 10. */
async function seeded() {
  const name = `damaged-${crypto.randomUUID()}`
  const store = indexedDbStore({ name, durability: 'relaxed' })
  const { run, begin } = await openNamed(store, 'tally', tally, {})
  await begin()
  for (let count = 1; count <= 4; count++) {
    run.in.send({ type: 'ADD', count })
    await run.flush()
  }
  run.close()
  const raw = await openDB(name)
  onTestFinished(() => {
    store.close()
    raw.close()
    indexedDB.deleteDatabase(name)
  })
  return { name, store, raw, id: run.id }
}

/** What structured clone takes, and no row is. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, 7, -1, 1e12, Number.NaN, '', 'text', true, [], {}, new Date(0)),
  fc.jsonValue(),
)

const members = {
  runs: ['head', 'sequence', 'machine', 'position', 'lease', 'receipts', 'completeAfter'],
  records: ['record'],
  names: ['id'],
} as const

test('a changed or missing row of any table', async () => {
  vi.spyOn(console, 'warn').mockReturnValue()
  const { store, raw, id } = await seeded()
  const damage = fc.constantFrom(...(Object.keys(members) as (keyof typeof members)[])).chain((table) =>
    fc.record({
      table: fc.constant(table),
      at: fc.nat({ max: table === 'records' ? 4 : 0 }),
      member: fc.option(fc.constantFrom(...members[table])),
      value: junk,
    }),
  )
  await fc.assert(
    fc.asyncProperty(damage, async ({ table, at, member, value }) => {
      const key = { runs: id, records: [id, at], names: 'tally' }[table]
      const before: object = await raw.get(table, key)
      if (member === null) await raw.delete(table, key)
      else await raw.put(table, { ...before, [member]: value })
      const { run, begin, setAside } = await openNamed(store, 'tally', tally, {})
      if (run.id === id) expect([run.state, setAside]).toEqual([10, undefined])
      else {
        expect(run.state).toBe(0)
        // A name that is gone is the name of no run.
        if (!(table === 'names' && member === null)) expect(setAside?.id).toBeDefined()
      }
      // The run in its place can be kept, and found again.
      const begun = await begin()
      begun.in.send({ type: 'ADD', count: 5 })
      await begun.flush()
      begun.close()
      const again = await openNamed(store, 'tally', tally, {})
      expect([again.run.id, again.run.state]).toEqual([begun.id, begun.state])
      again.run.close()
      // Puts all back. What was appended to the old run goes away.
      await raw.put(table, before)
      await restore()
    }),
    { numRuns: 150 },
  )

  async function restore(): Promise<void> {
    await raw.put('names', { key: 'tally', id })
    const head = (await raw.get('records', [id, 4])).record.oid
    await raw.put('runs', { ...(await raw.get('runs', id)), head, sequence: 4 })
    await raw.delete('records', [id, 5])
  }
})

test('a name that leads to what cannot be made a text leads to a new run', async () => {
  const { store, raw, id } = await seeded()
  await raw.put('names', { key: 'tally', id: { toString: 1, valueOf: 1 } })
  const { run, setAside } = await openNamed(store, 'tally', tally, {})
  expect([run.state, run.id === id]).toEqual([0, false])
  expect(setAside?.id).toBeDefined()
  run.close()
})

describe('a database that is not one of this package', () => {
  test.each([
    ['has other tables', 1, /it has other tables/],
    ['is of a newer version', 7, /a newer version of this app has upgraded it/],
  ])('%s', async (_what, version, advice) => {
    const name = `other-${crypto.randomUUID()}`
    const other = await openDB(name, version, { upgrade: (database) => void database.createObjectStore('things') })
    other.close()
    const store = indexedDbStore({ name })
    onTestFinished(() => {
      store.close()
      indexedDB.deleteDatabase(name)
    })
    const refused = await openNamed(store, 'tally', tally, {}).catch((thrown: unknown) => thrown)
    expect(refused).toBeInstanceOf(StoreError)
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(advice) })
  })
})

test.each(['SecurityError', 'InvalidStateError', 'UnknownError'])('a browser that refuses with %s', async (kind) => {
  vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('not here', kind)
  })
  const store = indexedDbStore({ name: 'never' })
  await expect(openNamed(store, 'tally', tally, {})).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/not here; private windows and blocked site data have no IndexedDB/),
  })
})

test('a connection that the browser closed without a word is opened again', async () => {
  const { store, id } = await seeded()
  const begin = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
    throw new DOMException('The database connection is closing.', 'InvalidStateError')
  })
  expect(await store.head(id)).toMatchObject({ sequence: 4 })
  expect(begin).toHaveBeenCalledTimes(2)
})
