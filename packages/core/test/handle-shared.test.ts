/** Outputs of a shared run are handled by one at a time; another takes over where it stopped, and answers nothing twice. */
import { createRun, defineMachine, waitFor } from '@xmachines/core'
import { handleShared, memoryStore, openShared, type RunStore, recordRun, StoreError } from '@xmachines/core/store'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { all } from './streams.ts'

type OrderEvent = { type: 'PAY'; cents: number } | { type: 'PAID'; by: string }
interface Order {
  readonly asked: number
  readonly paid: readonly string[]
}

const order = defineMachine<Order, OrderEvent, { type: 'charge'; cents: number }>({
  name: 'order',
  version: '1',
  initial: { asked: 0, paid: [] },
  on: {
    PAY: (order, { cents }, emit) => {
      emit({ type: 'charge', cents })
      return { ...order, asked: order.asked + 1 }
    },
    PAID: (order, { by }) => ({ ...order, paid: [...order.paid, by] }),
  },
})

async function desk(store: RunStore, id: string) {
  const run = await openShared(store, id, order)
  onTestFinished(() => run.close())
  return run
}

async function seeded(store: RunStore = memoryStore()): Promise<{ store: RunStore; id: string }> {
  const seed = createRun(order)
  await recordRun(seed, store).stop()
  return { store, id: seed.id }
}

/** A hint that the lease may be free: whoever waits asks again soon, however long the lease may be held. */
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

describe('outputs of a shared run', () => {
  test('are handled once, however many offer to handle them', async () => {
    const { store, id } = await seeded()
    const runs = [await desk(store, id), await desk(store, id), await desk(store, id)]
    const stop = new AbortController()
    const keys: string[] = []
    const handled = runs.map((run, at) =>
      handleShared(
        run,
        {
          charge: async (_output, { key }) => {
            keys.push(key)
            return { type: 'PAID', by: `desk ${at}` }
          },
        },
        // Longer than a busy machine stalls: another desk must not take over in the middle.
        { ttl: 60_000, signal: stop.signal },
      ),
    )
    for (let round = 0; round < 9; round++) runs[round % 3]?.in.send({ type: 'PAY', cents: round })
    for (const run of runs) await waitFor(run, ({ state }) => state.paid.length === 9)
    stop.abort()
    await Promise.all(handled)
    expect(keys.toSorted()).toEqual(Array.from({ length: 9 }, (_, at) => `${id}/${at}`))
    expect(new Set(runs[0]?.state.paid).size).toBe(1)
    const [listed] = await all(store.list())
    expect(listed?.settled).toBe(9)
  })

  test('are handled from where they have not settled, also if the run was opened from a later snapshot', async () => {
    const { store, id } = await seeded()
    const first = await desk(store, id)
    for (let cents = 0; cents < 3; cents++) first.in.send({ type: 'PAY', cents })
    await first.flush()
    const { genesis, head: oid, position } = first
    const { sequence, state } = first.confirmed.current
    first.close()
    const run = await openShared(store, id, order, { snapshot: { genesis, sequence, oid, position, state } })
    onTestFinished(() => run.close())
    run.in.send({ type: 'PAY', cents: 3 })
    const charged: number[] = []
    await handleShared(
      run,
      {
        charge({ cents }, { key }) {
          charged.push(cents)
          return { type: 'PAID', by: key }
        },
      },
      { untilSettled: true },
    )
    expect(charged).toEqual([0, 1, 2, 3])
    expect(run.state.paid).toEqual([0, 1, 2, 3].map((at) => `${id}/${at}`))
  })

  test('are counted up to any sequence, for a store that cannot', async () => {
    const { store, id } = await seeded()
    const counts: (number | undefined)[] = []
    const lend: RunStore['lease'] = async (run, options) => {
      const { positionAt } = options
      for (const sequence of [0, 1, 3]) counts.push(await positionAt?.(sequence))
      return await store.lease(run, options)
    }
    const run = await desk({ ...store, lease: lend }, id)
    run.in.send({ type: 'PAY', cents: 7 })
    run.in.send([
      { type: 'PAY', cents: 8 },
      { type: 'PAY', cents: 9 },
    ])
    run.in.send({ type: 'PAID', by: 'somebody' })
    await run.flush()
    const stop = new AbortController()
    const charged: number[] = []
    const handled = handleShared(run, { charge: ({ cents }) => void charged.push(cents) }, { signal: stop.signal })
    await vi.waitFor(() => expect(charged).toHaveLength(3))
    stop.abort()
    await handled
    expect(counts).toEqual([0, 1, 3])
  })

  test('are handled until all have settled, if nothing more is wanted, and the lease is given back', async () => {
    const { store, id } = await seeded()
    const run = await desk(store, id)
    run.in.send([
      { type: 'PAY', cents: 1 },
      { type: 'PAY', cents: 2 },
    ])
    await run.flush()
    const charge = vi.fn(() => ({ type: 'PAID' as const, by: 'desk' }))
    expect(await handleShared(run, { charge }, { untilSettled: true })).toBe(2)
    expect(run.confirmed.current.state.paid).toEqual(['desk', 'desk'])
    expect(await handleShared(run, { charge }, { untilSettled: true })).toBe(2)
    expect(charge).toHaveBeenCalledTimes(2)
    const lease = await store.lease(id, { owner: 'next', ttl: 1000 })
    expect(lease?.settled).toBe(2)
    await lease?.release()
  })

  test('are handled by the next when the one who had the lease is gone, under the same key', async () => {
    const { store, id } = await seeded()
    const [one, other] = [await desk(store, id), await desk(store, id)]
    // Gone without a word: it holds the lease, renews it no more, and has answered nothing.
    const stopped = await store.lease(id, { owner: 'gone', ttl: 60_000 })
    vi.spyOn(store, 'append')
    expect(stopped).toBeDefined()
    one.in.send({ type: 'PAY', cents: 7 })
    const stop = new AbortController()
    const keys: string[] = []
    await stopped?.release()
    const handled = handleShared(
      other,
      {
        charge: async (_output, { key }) => {
          keys.push(key)
          return { type: 'PAID', by: 'other' }
        },
      },
      { ttl: 60_000, signal: stop.signal },
    )
    await waitFor(one, ({ state }) => state.paid.length === 1)
    stop.abort()
    expect(await handled).toBe(1)
    expect(keys).toEqual([`${id}/0`])
  })

  test('are not answered again if the answer was kept and what settled was not', async () => {
    const { store, id } = await seeded()
    const run = await desk(store, id)
    run.in.send({ type: 'PAY', cents: 7 })
    // Another answered, and died before it could say so.
    run.sendWithKey({ type: 'PAID', by: 'the one before' }, `${id}/0`)
    run.in.send({ type: 'PAY', cents: 8 })
    await run.flush()
    const stop = new AbortController()
    const charged: number[] = []
    const handled = handleShared(
      run,
      {
        charge: {
          handle: async ({ cents }) => {
            charged.push(cents)
            return { type: 'PAID', by: 'this one' }
          },
        },
      },
      { signal: stop.signal },
    )
    await waitFor(run, ({ state }) => state.paid.length === 2)
    stop.abort()
    expect(await handled).toBe(2)
    expect(charged).toEqual([8])
    expect(run.state.paid).toEqual(['the one before', 'this one'])
  })

  test('have not settled if their answer could not be kept', async () => {
    const { store, id } = await seeded()
    const run = await desk(store, id)
    const settle = vi.fn()
    const lease = store.lease.bind(store)
    vi.spyOn(store, 'lease').mockImplementation(async (...given) => {
      const taken = await lease(...given)
      return taken && { ...taken, settle, settled: taken.settled, signal: taken.signal }
    })
    run.in.send({ type: 'PAY', cents: 7 })
    await run.flush()
    const stop = new AbortController()
    const handled = handleShared(
      run,
      {
        charge: async () => {
          run.close()
          return { type: 'PAID', by: 'nobody' }
        },
      },
      { signal: stop.signal },
    )
    await waitFor(run, ({ state }) => state.paid.length === 1)
    stop.abort()
    expect(await handled).toBe(0)
    expect(settle).not.toHaveBeenCalled()
  })

  test('are not answered by one who has lost the lease, if the next has answered', async () => {
    const { store, id } = await seeded()
    let isAway = false
    let given: AbortController | undefined
    const line: RunStore = {
      ...store,
      async append(...slice) {
        if (isAway) throw new StoreError('UNAVAILABLE', 'it is away')
        await store.append(...slice)
      },
      async lease() {
        // It never learns that its time is over: the timer of a process that was frozen is late.
        given ??= new AbortController()
        const { signal } = given
        return { settled: 0, signal, renew: async () => {}, settle: async () => {}, release: async () => {} }
      },
    }
    const [frozen, next] = [await desk(line, id), await desk(store, id)]
    const stop = new AbortController()
    const { signal } = stop
    const charge = (by: string) => async (): Promise<OrderEvent> => {
      if (by === 'frozen') isAway = true
      return { type: 'PAID', by }
    }
    const first = handleShared(frozen, { charge: charge('frozen') }, { signal })
    next.in.send({ type: 'PAY', cents: 7 })
    await waitFor(frozen, ({ state }) => state.paid.length === 1)
    const second = handleShared(next, { charge: charge('next') }, { signal })
    next.in.send({ type: 'PAY', cents: 8 })
    await vi.waitFor(async () => expect((await all(store.list()))[0]?.settled).toBe(2))
    // The store keeps no key of an answer that has settled.
    next.in.send({ type: 'PAY', cents: 9 })
    await vi.waitFor(async () => expect((await all(store.list()))[0]?.settled).toBe(3))
    isAway = false
    await frozen.flush()
    stop.abort()
    await Promise.all([first, second])
    const reopened = await desk(store, id)
    expect(reopened.state.paid).toEqual(['next', 'next', 'next'])
  })

  test('are handled when a store that failed is back', async () => {
    const { store, id } = await seeded()
    const before = await store.lease(id, { owner: 'before', ttl: 60_000 })
    let leases = 0
    let receipts = 0
    const failing: RunStore = {
      ...store,
      untilFree: soon,
      async lease(...given) {
        leases += 1
        if (leases === 2) throw new StoreError('UNAVAILABLE', 'it is away')
        const taken = await store.lease(...given)
        if (leases === 1) await before?.release()
        return taken
      },
      async receipt(...given) {
        receipts += 1
        if (receipts === 1) throw new StoreError('UNAVAILABLE', 'it is away')
        return await store.receipt(...given)
      },
    }
    const run = await desk(failing, id)
    const stop = new AbortController()
    const handled = handleShared(
      run,
      { charge: async () => ({ type: 'PAID', by: 'me' }) },
      { ttl: 60_000, signal: stop.signal },
    )
    run.in.send({ type: 'PAY', cents: 7 })
    await waitFor(run, ({ state }) => state.paid.length === 1)
    stop.abort()
    expect(await handled).toBe(1)
    expect(Math.min(leases - 1, receipts)).toBeGreaterThan(1)
  })

  test('are not waited for if the store cannot lend a lease at all', async () => {
    const { store, id } = await seeded()
    const lease = async (): Promise<never> => {
      throw new StoreError('UNAVAILABLE', 'it can only be read')
    }
    const run = await desk({ ...store, lease }, id)
    await expect(handleShared(run, {})).rejects.toThrow('it can only be read')
  })

  test('hold the lease only until they have settled', async () => {
    const { store, id } = await seeded()
    const [run, other] = [await desk(store, id), await desk(store, id)]
    const stop = new AbortController()
    const handlers = { charge: async (): Promise<OrderEvent> => ({ type: 'PAID', by: 'me' }) }
    const handled = handleShared(run, handlers, { ttl: 90, signal: stop.signal })
    for (let round = 1; round <= 3; round++) {
      other.in.send({ type: 'PAY', cents: round })
      await waitFor(other, ({ state }) => state.paid.length === round)
      const lease = await vi.waitFor(async () => {
        const taken = await store.lease(id, { owner: 'next', ttl: 60_000 })
        // On a busy machine the lease may have run out before.
        if (taken?.settled !== round) await taken?.release()
        expect(taken?.settled).toBe(round)
        return taken
      })
      await lease?.release()
    }
    stop.abort()
    expect(await handled).toBe(3)
  })

  test('have settled in the store soon after it could not keep that', async () => {
    const { store, id } = await seeded()
    let failures = 0
    const failing: RunStore = {
      ...store,
      async lease(...given) {
        const lease = await store.lease(...given)
        if (lease === undefined) return undefined
        return {
          ...lease,
          get settled() {
            return lease.settled
          },
          async settle(position) {
            if (failures++ < 2) throw new StoreError('UNAVAILABLE', 'it is away')
            await lease.settle(position)
          },
        }
      },
    }
    const run = await desk(failing, id)
    const stop = new AbortController()
    const handlers = { charge: async (): Promise<OrderEvent> => ({ type: 'PAID', by: 'me' }) }
    const handled = handleShared(run, handlers, { ttl: 900, signal: stop.signal })
    run.in.send({ type: 'PAY', cents: 1 })
    await vi.waitFor(async () => expect((await all(store.list()))[0]?.settled).toBe(1))
    stop.abort()
    expect(await handled).toBe(1)
    expect(run.state.paid).toEqual(['me'])
  })

  test('are not waited for with handlers that are none, or a run that is not shared', async () => {
    const { store, id } = await seeded()
    const run = await desk(store, id)
    const lease = vi.spyOn(store, 'lease')
    for (const wrong of [
      null,
      3,
      { charge: 3 },
      { charge: { handle: 'me' } },
      { charge: { handle: () => {}, wile: () => true } },
    ]) {
      await expect(handleShared(run, wrong as never)).rejects.toThrow(TypeError)
    }
    await expect(handleShared(createRun(order) as never, {})).rejects.toThrow(/openShared/)
    expect(lease).not.toHaveBeenCalled()
  })

  test('end the handling with the run', async () => {
    const errand = defineMachine<
      { at: 'new' } | { at: 'asked' } | { at: 'done' },
      { type: 'ASK' } | { type: 'DONE' },
      { type: 'go' }
    >({
      name: 'errand',
      version: '1',
      initial: { at: 'new' },
      states: {
        new: {
          ASK: (_errand, _event, emit) => {
            emit({ type: 'go' })
            return { at: 'asked' }
          },
        },
        asked: { DONE: 'done' },
        done: {},
      },
      final: ['done'],
    })
    const store = memoryStore()
    const seed = createRun(errand)
    await recordRun(seed, store).stop()
    const run = await openShared(store, seed.id, errand)
    const handled = handleShared(run, { go: async () => ({ type: 'DONE' }) })
    run.in.send({ type: 'ASK' })
    expect(await handled).toBe(1)
    expect(run.state.at).toBe('done')
  })

  test('end the handling with what a handler throws, and give the lease back', async () => {
    const { store, id } = await seeded()
    const run = await desk(store, id)
    run.in.send({ type: 'PAY', cents: 7 })
    await expect(
      handleShared(run, {
        charge: () => {
          throw new Error('no printer')
        },
      }),
    ).rejects.toThrow('no printer')
    expect(await store.lease(id, { owner: 'next', ttl: 1000 })).toMatchObject({ settled: 0 })
  })
})

test('the lease is kept while a handler that has resumed is not over', async () => {
  const { store, id } = await seeded()
  const [first, second] = [await desk(store, id), await desk(store, id)]
  // However long the machine stands still, the lease is renewed in time.
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const stop = new AbortController()
  const resumed: string[] = []
  let finish = (): void => undefined
  const handlersOf = (name: string, wait: Promise<void>) => ({
    charge: {
      handle: () => undefined,
      async resume() {
        resumed.push(name)
        await wait
      },
    },
  })
  const options = { ttl: 600, signal: stop.signal }
  const waiting = new Promise<void>((resolve) => {
    finish = resolve
  })
  const handled = [handleShared(first, handlersOf('first', waiting), options)]
  await vi.waitFor(() => expect(resumed).toEqual(['first']))
  handled.push(handleShared(second, handlersOf('second', Promise.resolve()), options))
  // The store lends to nobody else, though all outputs have settled.
  await vi.waitFor(async () =>
    expect(await store.lease(id, { owner: 'third', ttl: 600, positionAt: async () => 0 })).toBeUndefined(),
  )
  expect(resumed).toEqual(['first'])
  finish()
  await vi.waitFor(() => expect(resumed).toEqual(['first', 'second']))
  stop.abort()
  await Promise.all(handled)
})
