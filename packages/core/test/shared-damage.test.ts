/** What a shared run does with damage in its store: it is found, nothing hangs, and a named run begins anew. */
import { createRun } from '@xmachines/core'
import { memoryStore, openNamed, openShared, type RunStore, recordRun, type StoredRecord } from '@xmachines/core/store'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openStock, seeded, stock } from './stock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A store that reads other records than were appended. */
function reading(store: RunStore, change: (record: StoredRecord, at: number) => unknown): RunStore {
  return {
    ...store,
    read(id, options) {
      let at = options.from
      return store.read(id, options).pipeThrough(
        new TransformStream<StoredRecord, StoredRecord>({
          transform(record, controller) {
            const changed = change(record, at++)
            if (changed !== undefined) controller.enqueue(changed as StoredRecord)
          },
        }),
      )
    },
  }
}

async function named(store: RunStore, batches = 4): Promise<string> {
  const { run, begin } = await openNamed(store, 'stock', stock, {})
  await begin()
  for (let count = 1; count <= batches; count++) {
    run.in.send({ type: 'ADDED', count })
    await run.flush()
  }
  run.close()
  return run.id
}

describe('a run of which a store lost the end', () => {
  test('is refused when it is opened', async () => {
    const store = memoryStore()
    const id = await named(store)
    const cut = reading(store, (record, at) => (at > 2 ? undefined : record))
    await expect(openShared(cut, id, stock)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/ends at sequence 2, .*, and its head in the store is at sequence 4/),
    })
  })

  test('has a problem if it is open, and asks the store no more', async () => {
    const store = memoryStore()
    const id = await seeded(store)
    let isCut = false
    const append = vi.fn(store.append)
    const cut: RunStore = {
      ...reading(store, (record) => (isCut ? undefined : record)),
      append,
      follow: (_id, { signal }) =>
        new ReadableStream({ start: (own) => signal.addEventListener('abort', () => own.close()) }),
    }
    const [run, other] = [await openShared(cut, id, stock), await openStock(store, id)]
    other.in.send({ type: 'ADDED', count: 1 })
    await other.flush()
    isCut = true
    run.in.send({ type: 'ADDED', count: 1 })
    await expect(run.flush()).rejects.toHaveProperty('code', 'CORRUPT')
    expect([run.state, run.pending, append.mock.calls.length]).toEqual([4, 1, 1])
    run.close()
  })

  test('has a problem if it is open and the store went back to an earlier copy of it', async () => {
    const store = memoryStore()
    const earlier = memoryStore()
    const seed = createRun(stock)
    for (const one of [store, earlier]) await recordRun(seed, one).stop()
    let current = store
    const swapped: RunStore = {
      ...store,
      append: (...given) => current.append(...given),
      read: (...given) => current.read(...given),
    }
    const run = await openStock(swapped, seed.id)
    run.in.send({ type: 'ADDED', count: 1 })
    await run.flush()
    current = earlier
    run.in.send({ type: 'ADDED', count: 1 })
    await expect(run.flush()).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/ends at sequence 1, .*, and its head in the store is at sequence 0/),
    })
  })
})

test('a run under the id of another is refused', async () => {
  const store = memoryStore()
  const [id, other] = [await seeded(store), await seeded(store)]
  const swapped: RunStore = { ...store, read: (_id, options) => store.read(other, options) }
  await expect(openShared(swapped, id, stock)).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining(`has the run ${other} under the id ${id}`),
  })
})

test('whatever stands where a record was, a named run opens: as it was, or anew with the old one set aside', async () => {
  vi.spyOn(console, 'warn').mockReturnValue()
  const junk = fc.oneof(
    fc.constantFrom<unknown>(null, 7, 'text', [], {}, { nonce: 1 }, { parent: null }, { events: {} }),
    fc.anything({ withDate: true, withMap: true, withTypedArray: true, withBigInt: true }),
  )
  const change = fc.oneof(
    junk.map((value) => () => value ?? null),
    fc
      .tuple(fc.constantFrom('oid', 'parent', 'events', 'format', 'machine', 'createdAt', 'nonce', 'input'), junk)
      .map(([member, value]) => (record: StoredRecord) => ({ ...record, [member]: value })),
    fc.constant(() => undefined),
  )
  const store = memoryStore()
  const id = await named(store)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4 }), change, async (place, damage) => {
      const damaged = reading(store, (record, at) => (at === place ? damage(record) : record))
      const { run, setAside } = await openNamed(damaged, 'stock', stock, {})
      if (setAside === undefined) expect([run.id, run.state]).toEqual([id, 13])
      else expect([setAside.id, run.state]).toEqual([id, 3])
      run.close()
    }),
    { numRuns: 300 },
  )
})
