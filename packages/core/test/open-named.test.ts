/** The run of a name: opened, begun by the first, taken over to a changed machine, or begun anew. */
import { defineMachine } from '@xmachines/core'
import { memoryStore, openNamed, type StoredRecord } from '@xmachines/core/store'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { all } from './streams.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const counting = (by: number, version = '1') =>
  defineMachine<number, { type: 'INC' } | { type: 'UP' }>({
    name: 'counter',
    version,
    initial: 0,
    on: by === 0 ? { UP: (count) => count + 1 } : { INC: (count) => count + by },
  })
const counter = counting(1)

describe('the run of a name', () => {
  test('is in memory until it is begun, and is found again after that', async () => {
    const store = memoryStore()
    const { run, begin } = await openNamed(store, 'draft', counter, {})
    run.in.send({ type: 'INC' })
    expect([run.state, run.pending, await store.name('draft'), await store.head(run.id)]).toEqual([
      1,
      1,
      undefined,
      undefined,
    ])
    expect(await begin()).toBe(run)
    expect(await run.flush()).toBe(1)
    run.close()
    const again = await openNamed(store, 'draft', counter, {})
    expect([again.run.id, again.run.state]).toEqual([run.id, 1])
    expect(await again.begin()).toBe(again.run)
    again.run.close()
  })

  test('is that of the one who was first, with what the other had sent', async () => {
    const store = memoryStore()
    const opened = [await openNamed(store, 'draft', counter, {}), await openNamed(store, 'draft', counter, {})]
    for (const { run } of opened) run.in.send({ type: 'INC' })
    const [one, other] = await Promise.all(opened.map(({ begin }) => begin()))
    await Promise.all([one?.flush(), other?.flush()])
    expect(one?.id).toBe(other?.id)
    await vi.waitFor(() => expect([one?.state, other?.state]).toEqual([2, 2]))
    one?.close()
    other?.close()
  })

  test('that no longer replays begins anew, stays in the store, and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.in.send({ type: 'INC' })
    await first.flush()
    first.close()
    const { run, begin } = await openNamed(store, 'draft', counting(1, '2'), {})
    expect(run.state).toBe(0)
    expect(warn.mock.calls[0]?.[0]).toMatch(/It stays in the store, and a new run begins in its place; give migrate/)
    await begin()
    expect(await store.name('draft')).toBe(run.id)
    expect(await all(store.read(first.id, { from: 0 }))).toHaveLength(2)
    run.close()
  })

  test('is migrated: its events are mapped, and old outputs do not fire again', async () => {
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.in.send([{ type: 'INC' }, { type: 'INC' }])
    await first.flush()
    first.close()
    const migrate = vi.fn((records: readonly StoredRecord[]) =>
      records.map((record) =>
        'events' in record ? { ...record, events: record.events.map(() => ({ type: 'UP' })) } : record,
      ),
    )
    const { run, begin } = await openNamed(store, 'draft', counting(0, '2'), { migrate })
    expect(run.state).toBe(2)
    expect(migrate.mock.calls[0]?.[0]).toHaveLength(2)
    await begin()
    expect(run.start).toBe(run.position)
    const again = await openNamed(store, 'draft', counting(0, '2'), {})
    expect([again.run.id, again.run.state]).toEqual([run.id, 2])
    run.close()
    again.run.close()
  })

  test('gets another id if the changed machine has the name, version and initial state of the old one', async () => {
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.in.send({ type: 'INC' })
    await first.flush()
    first.close()
    const up = defineMachine<number, { type: 'INC' }>({
      name: 'counter',
      version: '1',
      initial: 0,
      on: {
        INC: () => {
          throw new Error('no')
        },
      },
    })
    const { run, begin } = await openNamed(store, 'draft', up, {
      migrate: (records) => records.slice(0, 1),
    })
    expect([run.state, run.id === first.id]).toEqual([0, false])
    expect(run.genesis.forkedFrom).toBe(first.id)
    await begin()
    run.close()
  })

  test('begins anew if migrate throws', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const store = memoryStore()
    const first = await (await openNamed(store, 'draft', counter, {})).begin()
    first.close()
    const { run } = await openNamed(store, 'draft', counting(1, '2'), {
      migrate: () => {
        throw new Error('no idea')
      },
    })
    expect(run.state).toBe(0)
    expect(warn.mock.calls[0]?.[0]).toContain('migrate failed: Error: no idea')
    run.close()
  })
})
