/** A shared run whose store cannot be reached for a while, in each of the ways in which it is asked. */
import { waitFor } from '@xmachines/core'
import { memoryStore, openShared, type RunStore, StoreError } from '@xmachines/core/store'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openStock, seeded, stock } from './stock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A store whose reads and streams of records fail while it is away. */
function awayStore(store: RunStore) {
  const away = { read: false, follow: false }
  const fail = (): never => {
    throw new StoreError('UNAVAILABLE', 'it is away')
  }
  const failing = (): ReadableStream<never> => new ReadableStream({ pull: fail }, { highWaterMark: 0 })
  let cut = (): void => undefined
  const wrapped: RunStore = {
    ...store,
    head: async (id) => (away.read ? fail() : store.head(id)),
    read: (...given) => (away.read ? failing() : store.read(...given)),
    follow(id, { from, signal }) {
      if (away.follow) return failing()
      const broken = new AbortController()
      cut = () => broken.abort()
      const stream = store.follow(id, { from, signal: AbortSignal.any([signal, broken.signal]) })
      return stream.pipeThrough(
        new TransformStream({
          flush: () => {
            if (broken.signal.aborted) fail()
          },
        }),
      )
    },
  }
  return { store: wrapped, away, cut: () => cut() }
}

describe('a shared run', () => {
  test('has no problem any more once a store that could not be followed can be', async () => {
    const kept = memoryStore()
    const id = await seeded(kept)
    const { store, away, cut } = awayStore(kept)
    const run = await openStock(store, id)
    away.follow = true
    away.read = true
    cut()
    await vi.waitFor(() => expect(run.problem?.message).toBe('it is away'))
    away.follow = false
    away.read = false
    await vi.waitFor(() => expect(run.problem).toBeUndefined())
    const other = await openStock(kept, id)
    other.in.send({ type: 'ADDED', count: 1 })
    await waitFor(run, ({ state }) => state === 4)
  })

  test('has no problem any more once what could not be kept has been refused', async () => {
    const kept = memoryStore()
    const id = await seeded(kept)
    let isFull = true
    const store: RunStore = {
      ...kept,
      append: async (...given) => {
        if (isFull) throw new StoreError('UNAVAILABLE', 'the disk is full')
        await kept.append(...given)
      },
    }
    vi.spyOn(console, 'error').mockReturnValue()
    const [run, other] = [await openStock(store, id), await openStock(kept, id)]
    run.in.send({ type: 'TAKEN', count: 3, by: 'one' })
    await vi.waitFor(() => expect(run.problem).toBeDefined())
    other.in.send({ type: 'TAKEN', count: 3, by: 'other' })
    await other.flush()
    isFull = false
    await vi.waitFor(() => expect([run.pending, run.problem, run.state]).toEqual([0, undefined, 0]))
  })

  test('goes on if it cannot read what moved the head at first', async () => {
    const kept = memoryStore()
    const id = await seeded(kept)
    const { store, away } = awayStore(kept)
    let follows = false
    const quiet: RunStore = {
      ...store,
      // It hears nothing, so that only a refused append says that the head has moved.
      follow: (given, options) =>
        follows
          ? store.follow(given, options)
          : new ReadableStream({ start: (own) => options.signal.addEventListener('abort', () => own.close()) }),
    }
    const [run, other] = [await openShared(quiet, id, stock), await openStock(kept, id)]
    other.in.send({ type: 'ADDED', count: 1 })
    await other.flush()
    away.read = true
    run.in.send({ type: 'ADDED', count: 1 })
    await vi.waitFor(() => expect(run.problem?.message).toBe('it is away'))
    away.read = false
    follows = true
    expect(await run.flush()).toBe(2)
    expect([run.state, run.problem]).toEqual([5, undefined])
    run.close()
  })
})
