/** A run that several drive through a store: every batch is applied once, and all end at the same head. */
import { createRun, defineMachine, type RunError, waitFor } from '@xmachines/core'
import {
  memoryStore,
  openShared,
  type RunStore,
  recordRun,
  type SharedRun,
  type SnapshotRecord,
  type StoredRecord,
  StoreError,
} from '@xmachines/core/store'
import fc from 'fast-check'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Loss, lossyStore } from './lossy-store.ts'
import { breaks, finish, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { openTwo, seeded, stock } from './stock.ts'
import { all, ending, settled, take } from './streams.ts'

expectBugs()

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a shared run', () => {
  test('shows at once what is sent, and confirms it when the store has it', async () => {
    const { one, id } = await openTwo()
    const changed = vi.fn()
    one.onChange(changed)
    expect(one.in.send({ type: 'TAKEN', count: 1, by: 'one' })).toBeUndefined()
    expect([one.state, one.snapshot.current.sequence, one.pending]).toEqual([2, 1, 1])
    expect([one.head, one.position]).toEqual([id, 0])
    expect(await one.flush()).toBe(1)
    expect([one.pending, one.position, one.snapshot.current.sequence]).toEqual([0, 1, 1])
    expect(one.head).not.toBe(id)
    expect(changed).toHaveBeenCalled()
    expect(one.toJSON().sequence).toBe(1)
  })

  test('follows what others send: snapshot, outputs, history', async () => {
    const { one, other } = await openTwo()
    one.in.send([
      { type: 'TAKEN', count: 1, by: 'one' },
      { type: 'TAKEN', count: 1, by: 'one' },
    ])
    await waitFor(other, ({ state }) => state === 1)
    expect(await take(other.out, 2)).toEqual([
      { type: 'sent', by: 'one' },
      { type: 'sent', by: 'one' },
    ])
    expect(other.head).toBe(one.head)
  })

  test('applies equal batches of two writers twice', async () => {
    const { one, other } = await openTwo()
    for (const run of [one, other]) run.in.send({ type: 'ADDED', count: 1 })
    await Promise.all([one.flush(), other.flush()])
    await waitFor(one, ({ state }) => state === 5)
    await waitFor(other, ({ state }) => state === 5)
    expect(other.head).toBe(one.head)
  })

  test('steps what is pending again behind what was first, and delivers on err what is refused then', async () => {
    const { one, other } = await openTwo()
    expect(one.in.send({ type: 'TAKEN', count: 2, by: 'one' })).toBeUndefined()
    expect(other.in.send({ type: 'TAKEN', count: 2, by: 'other' })).toBeUndefined()
    await Promise.all([one.flush(), other.flush()])
    // The first to send was the first to append.
    const [winner, loser] = [one, other]
    await waitFor(loser, ({ state, sequence }) => state === 1 && sequence === 1)
    const refused = (await take(loser.err, 1))[0] as RunError
    expect(refused.code).toBe('TRANSITION_FAILED')
    expect(refused.message).toContain('only 1 are left')
    expect(refused.batch).toHaveLength(1)
    expect(loser.head).toBe(winner.head)
  })

  test('keeps what is pending while the store is out of order, says so, and goes on by itself', async () => {
    const store = memoryStore()
    let broken = true
    const append = store.append.bind(store)
    const failing: RunStore = {
      ...store,
      append: async (...given) => {
        if (broken) throw new StoreError('UNAVAILABLE', 'the disk is full')
        await append(...given)
      },
    }
    const seed = createRun(stock)
    await recordRun(seed, store).stop()
    const run = await openShared(failing, seed.id, stock)
    onTestFinished(() => run.close())
    run.in.send({ type: 'ADDED', count: 4 })
    await vi.waitFor(() => expect(run.problem?.message).toContain('the disk is full'))
    expect([run.state, run.pending]).toEqual([7, 1])
    broken = false
    expect(await run.flush()).toBe(1)
    expect(run.problem).toBeUndefined()
  })

  test('appends once what was kept without an answer, however long the store is away after that', async () => {
    const store = memoryStore()
    const id = await seeded(store)
    let isAway = false
    let answersLost = 0
    const there = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
      isAway ? Promise.reject(new StoreError('UNAVAILABLE', 'it is away')) : ask()
    const away: RunStore = {
      ...store,
      receipt: (...given) => there(() => store.receipt(...given)),
      follow: (...given) => store.follow(...given),
      async append(...given) {
        await there(() => store.append(...given))
        if (answersLost++ > 0) return
        isAway = true
        throw new StoreError('UNAVAILABLE', 'the answer was lost')
      },
    }
    const run = await openShared(away, id, stock)
    onTestFinished(() => run.close())
    run.in.send({ type: 'ADDED', count: 1 })
    await vi.waitFor(() => expect(run.problem).toBeDefined())
    run.in.send({ type: 'ADDED', count: 10 })
    isAway = false
    await run.flush()
    await vi.waitFor(() => expect(run.pending).toBe(0))
    expect([run.state, (await store.head(id))?.sequence]).toEqual([14, 2])
  })

  test('is given by its store what others appended, and not what it appended itself', async () => {
    const store = memoryStore()
    const id = await seeded(store)
    const followed: StoredRecord[] = []
    const watched: RunStore = {
      ...store,
      follow(...given) {
        const watch = new TransformStream<StoredRecord, StoredRecord>({
          transform(record, controller) {
            followed.push(record)
            controller.enqueue(record)
          },
        })
        return store.follow(...given).pipeThrough(watch)
      },
    }
    const [run, other] = [await openShared(watched, id, stock), await openShared(store, id, stock)]
    onTestFinished(() => {
      run.close()
      other.close()
    })
    for (let count = 1; count <= 3; count++) {
      run.in.send({ type: 'ADDED', count })
      await run.flush()
    }
    await vi.waitFor(() => expect(other.head).toBe(run.head))
    other.in.send({ type: 'ADDED', count: 4 })
    await other.flush()
    await vi.waitFor(() => expect(run.head).toBe(other.head))
    expect(followed.map(({ oid }) => oid)).toEqual([other.head])
  })

  test('ends for all when the machine completes, and not before the store has it', async () => {
    const store = memoryStore()
    const seed = createRun(tally)
    await recordRun(seed, store).stop()
    const [one, other] = [await openShared(store, seed.id, tally), await openShared(store, seed.id, tally)]
    const writer = one.in.getWriter()
    one.in.send(finish)
    expect(one.snapshot.current.status).toBe('done')
    expect(one.in.send(finish)?.code).toBe('RUN_DONE')
    await one.flush()
    await expect(writer.closed).rejects.toHaveProperty('code', 'RUN_DONE')
    await waitFor(other, ({ status }) => status === 'done')
    expect((await ending(other.out)).end).toBe('closed')
  })

  test('ends with a fatal error, once all before it is kept', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const store = memoryStore()
    const seed = createRun(tally)
    await recordRun(seed, store).stop()
    const run = await openShared(store, seed.id, tally)
    run.in.send({ type: 'ADD', by: 1 })
    expect(run.in.send(breaks)?.fatal).toBe(true)
    const { items, end } = await ending(run.out)
    expect(items).toHaveLength(1)
    expect(end).toBe(run.error)
    expect((await store.head(seed.id))?.sequence).toBe(1)
  })

  test('keeps the key of a batch, whichever place it gets', async () => {
    const { one, other, store, id } = await openTwo()
    other.in.send({ type: 'ADDED', count: 1 })
    one.sendWithKey({ type: 'ADDED', count: 2 }, 'order-7')
    await Promise.all([one.flush(), other.flush()])
    const receipt = await store.receipt(id, 'order-7', 0)
    const { items } = await ending(store.read(id, { from: 1 }))
    const record = items[(receipt?.sequence ?? 0) - 1] as StoredRecord & { events: unknown }
    expect(record).toMatchObject({ oid: receipt?.oid, events: [{ type: 'ADDED', count: 2 }] })
  })

  test('applies a batch once if others send it under the same key', async () => {
    const { one, other, store, id } = await openTwo()
    for (const run of [one, other]) run.sendWithKey({ type: 'ADDED', count: 1 }, 'order-7')
    await Promise.all([one.flush(), other.flush()])
    expect([one.pending, other.pending, (await store.head(id))?.sequence]).toEqual([0, 0, 1])
    await waitFor(one, ({ state }) => state === 4)
    await waitFor(other, ({ state }) => state === 4)
    // One that knew of none before it was sent again.
    other.sendWithKey({ type: 'ADDED', count: 1 }, 'order-8')
    other.sendWithKey({ type: 'ADDED', count: 1 }, 'order-8')
    await other.flush()
    one.sendWithKey({ type: 'ADDED', count: 1 }, 'order-8', 1)
    await one.flush()
    expect([one.state, (await store.head(id))?.sequence]).toEqual([5, 2])
  })

  test('goes on if the store fails while it reads what others appended', async () => {
    const store = memoryStore()
    const id = await seeded(store)
    let failures = 0
    const failing: RunStore = {
      ...store,
      follow: () => new ReadableStream(),
      read(...given) {
        if (given[1].from === 0 || failures++ >= 2) return store.read(...given)
        return new ReadableStream({
          start: (controller) => controller.error(new StoreError('UNAVAILABLE', 'it is away')),
        })
      },
    }
    const run = await openShared(failing, id, stock)
    const other = await openShared(store, id, stock)
    onTestFinished(() => {
      run.close()
      other.close()
    })
    other.in.send({ type: 'ADDED', count: 1 })
    await other.flush()
    run.in.send({ type: 'ADDED', count: 10 })
    expect(await run.flush()).toBe(2)
    expect([run.state, run.problem, failures]).toEqual([14, undefined, 3])
  })

  test('says no more that the store is away once what was pending is refused behind what others appended', async () => {
    const store = memoryStore()
    const id = await seeded(store)
    let deliver: (value: unknown) => void = () => undefined
    const delivered = new Promise((resolve) => {
      deliver = resolve
    })
    const away: RunStore = {
      ...store,
      read(...given) {
        if (given[1].from === 0) return store.read(...given)
        return new ReadableStream({
          start: (controller) => controller.error(new StoreError('UNAVAILABLE', 'it is away')),
        })
      },
      follow(...given) {
        const records = new TransformStream<StoredRecord, StoredRecord>()
        void delivered.then(() => store.follow(...given).pipeTo(records.writable)).catch(() => undefined)
        return records.readable
      },
    }
    const run = await openShared(away, id, stock)
    const other = await openShared(store, id, stock)
    onTestFinished(() => {
      run.close()
      other.close()
    })
    other.in.send({ type: 'TAKEN', count: 3, by: 'other' })
    await other.flush()
    run.in.send({ type: 'TAKEN', count: 1, by: 'run' })
    await vi.waitFor(() => expect(run.problem?.message).toBe('it is away'))
    deliver(undefined)
    await vi.waitFor(() => expect([run.pending, run.state, run.problem]).toEqual([0, 0, undefined]))
  })

  test('follows again, and not without a pause, if the store ends its followers', async () => {
    const store = memoryStore()
    const id = await seeded(store)
    let followers = 0
    const ending: RunStore = {
      ...store,
      follow(run, { from }) {
        if (++followers > 20) throw new StoreError('CORRUPT', 'it is asked without a pause')
        return store.read(run, { from })
      },
    }
    const [run, other] = [await openShared(ending, id, stock), await openShared(store, id, stock)]
    onTestFinished(() => {
      run.close()
      other.close()
    })
    other.in.send({ type: 'ADDED', count: 1 })
    await waitFor(run, ({ state }) => state === 4)
    // What is due at once comes first.
    await settled()
    expect(run.problem).toBeUndefined()
  })

  test('is refused a run that the store does not have, and one that was tampered with', async () => {
    const store = memoryStore()
    await expect(openShared(store, createRun(stock).id, stock)).rejects.toHaveProperty('code', 'MISSING')
    const id = await seeded(store)
    await expect(openShared(store, id, tally as never)).rejects.toHaveProperty('code', 'MACHINE_MISMATCH')
    const { one } = await openTwo(store)
    one.close()
    one.in.send({ type: 'ADDED', count: 1 })
    await expect(one.flush()).rejects.toHaveProperty('code', 'UNAVAILABLE')
  })
})

test('every batch is applied once or refused to its sender, and all end at one head, whatever is lost', async () => {
  const loss = fc.constantFrom<Loss>('none', 'request', 'answer')
  const batch = fc.oneof(
    fc.record({ type: fc.constant('ADDED' as const), count: fc.integer({ min: 1, max: 2 }) }),
    fc.record({ type: fc.constant('TAKEN' as const), count: fc.integer({ min: 1, max: 3 }), by: fc.constant('any') }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          losses: fc.array(loss, { maxLength: 4 }),
          cuts: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
          batches: fc.array(batch, { maxLength: 6 }),
        }),
        { minLength: 2, maxLength: 4 },
      ),
      fc.scheduler(),
      async (writers, scheduler) => {
        vi.spyOn(console, 'error').mockReturnValue()
        vi.spyOn(console, 'warn').mockReturnValue()
        const store = memoryStore()
        const id = await seeded(store)
        const runs = await Promise.all(
          writers.map(({ losses, cuts }) => openShared(lossyStore(store, losses, cuts), id, stock)),
        )
        const sets = runs.map((run) => run.ports())
        const refusals = sets.map(async ({ err }) => (await ending(err)).items.length)
        const sending = writers.map(async ({ batches }, at) => {
          for (const one of batches) {
            await scheduler.schedule(Promise.resolve())
            runs[at]?.in.send(one)
          }
        })
        await scheduler.waitFor(Promise.all(sending))
        await Promise.all(runs.map((run) => run.flush()))
        const { head, sequence } = (await store.head(id)) ?? { head: '', sequence: -1 }
        await Promise.all(
          runs.map((run) => waitFor(run, (snapshot) => snapshot.sequence === sequence && run.head === head)),
        )
        await Promise.all(sets.map((set) => set.in.close()))
        const refused = (await Promise.all(refusals)).reduce((sum, count) => sum + count, 0)
        const sent = writers.reduce((sum, { batches }) => sum + batches.length, 0)
        expect(sequence).toBe(sent - refused)
        expect((await ending(store.read(id, { from: 1 }))).items).toHaveLength(sequence)
        expect(new Set(runs.map((run) => `${run.state} ${run.pending} ${run.position}`)).size).toBe(1)
        await vi.waitFor(() => expect(runs.map(({ problem }) => problem)).toEqual(runs.map(() => undefined)))
        for (const run of runs) run.close()
      },
    ),
    { numRuns: 40 },
  )
})

test('what is sent under a key is applied once, whoever sends it again, and whatever is lost', async () => {
  const loss = fc.constantFrom<Loss>('none', 'request', 'answer')
  const key = fc.constantFrom('order-1', 'order-2', 'order-3')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ losses: fc.array(loss, { maxLength: 3 }), keys: fc.array(key, { maxLength: 4 }) }), {
        minLength: 2,
        maxLength: 4,
      }),
      fc.scheduler(),
      async (writers, scheduler) => {
        const store = memoryStore()
        const id = await seeded(store)
        const runs = await Promise.all(writers.map(({ losses }) => openShared(lossyStore(store, losses), id, stock)))
        const sending = writers.map(async ({ keys }, at) => {
          const run = runs[at] as (typeof runs)[number]
          for (const one of keys) {
            await scheduler.schedule(Promise.resolve())
            const since = run.snapshot.current.sequence - run.pending
            if ((await store.receipt(id, one, since)) !== undefined) continue
            await scheduler.schedule(Promise.resolve())
            run.sendWithKey({ type: 'ADDED', count: 1 }, one, since)
          }
        })
        await scheduler.waitFor(Promise.all(sending))
        await Promise.all(runs.map((run) => run.flush()))
        const sent = new Set(writers.flatMap(({ keys }) => keys))
        const { sequence } = (await store.head(id)) ?? { sequence: -1 }
        expect(sequence).toBe(sent.size)
        const places = await Promise.all(Array.from(sent, async (one) => (await store.receipt(id, one, 0))?.sequence))
        expect(new Set(places)).toEqual(new Set(Array.from(sent, (_, at) => at + 1)))
        await Promise.all(runs.map((run) => waitFor(run, ({ state }) => state === 3 + sent.size)))
        for (const run of runs) run.close()
      },
    ),
    { numRuns: 40 },
  )
})

test('a shared run appends together what is sent until it begins', async () => {
  const store = memoryStore()
  const id = await seeded(store)
  let begin: (value: unknown) => void = () => undefined
  const begun = new Promise((resolve) => {
    begin = resolve
  })
  const run = await openShared(store, id, stock, { gather: () => begun })
  onTestFinished(() => run.close())
  const append = vi.spyOn(store, 'append')
  for (let count = 1; count <= 3; count++) {
    run.in.send({ type: 'ADDED', count })
    await Promise.resolve()
  }
  expect(append).not.toHaveBeenCalled()
  begin(undefined)
  expect(await run.flush()).toBe(3)
  expect(append).toHaveBeenCalledTimes(1)
})

describe('a shared run that is opened from a snapshot', () => {
  test('steps only what came after it, and has the same id, head, state and history', async () => {
    const { store, id, steps, open } = await countedRun()
    const first = await open()
    for (let count = 1; count <= 20; count++) first.in.send({ type: 'ADDED', count })
    await first.flush()
    const snapshot = snapshotOf(first)
    first.close()
    steps.mockClear()

    const again = await open(snapshot)
    expect(steps).not.toHaveBeenCalled()
    expect([again.id, again.head, again.state, again.position]).toEqual([id, first.head, 210, 20])
    again.in.send({ type: 'ADDED', count: 5 })
    await again.flush()
    expect(steps).toHaveBeenCalledTimes(2)
    steps.mockClear()

    const later = await open(JSON.parse(JSON.stringify(snapshot)))
    expect(steps).toHaveBeenCalledTimes(1)
    expect([later.head, later.state]).toEqual([again.head, 215])
    const whole = await openShared(store, id, later.machine)
    onTestFinished(() => whole.close())
    for (const from of [0, 7, 20, 21])
      expect(await all(later.history({ from }))).toEqual(await all(whole.history({ from })))
  })

  test('follows others and steps again behind them as any other', async () => {
    const { open } = await countedRun()
    const first = await open()
    first.in.send({ type: 'ADDED', count: 1 })
    await first.flush()
    const [one, other] = [await open(snapshotOf(first)), await open(snapshotOf(first))]
    for (const run of [one, other]) run.in.send({ type: 'ADDED', count: 10 })
    await Promise.all([one.flush(), other.flush()])
    for (const run of [first, one, other]) await waitFor(run, ({ state }) => state === 21)
    expect(one.head).toBe(other.head)
  })

  test('is refused if the store has lost what the snapshot is of, has another history, or it is one of another run', async () => {
    const { store, id, open } = await countedRun()
    const first = await open()
    for (let count = 1; count <= 3; count++) {
      first.in.send({ type: 'ADDED', count })
      await first.flush()
    }
    const snapshot = snapshotOf(first)
    const head = await store.head(id)
    const shorter = { ...store, head: async () => ({ head: first.id, sequence: 0 }) }
    await expect(openShared(shorter, id, first.machine, { snapshot })).rejects.toMatchObject({ code: 'CORRUPT' })
    const other = { ...snapshot, oid: first.id }
    await expect(openShared(store, id, first.machine, { snapshot: other })).rejects.toMatchObject({ code: 'CORRUPT' })
    const before = { ...other, sequence: 2 }
    await expect(openShared(store, id, first.machine, { snapshot: before })).rejects.toMatchObject({
      code: 'HISTORY_MISMATCH',
    })
    const elsewhere = await countedRun()
    const run = await elsewhere.open()
    await expect(openShared(store, id, first.machine, { snapshot: snapshotOf(run) })).rejects.toThrow(
      `the snapshot is one of the run ${run.id}, and not of ${id}`,
    )
    expect(head?.sequence).toBe(3)
  })

  test('says what it does not have', async () => {
    const { open } = await countedRun()
    const first = await open()
    first.in.send({ type: 'ADDED', count: 1 })
    await first.flush()
    const again = await open(snapshotOf(first))
    expect(() => again.toJSON()).toThrow('the run has dropped batch 1')
    expect(() => again.ports({ from: 'start' })).toThrow(RangeError)
  })
})

/** A run whose steps are counted, in a store. */
async function countedRun() {
  const steps = vi.fn()
  const machine = defineMachine<number, { type: 'ADDED'; count: number }, { type: 'added' }>({
    name: 'counted',
    version: '1',
    initial: 0,
    on: {
      ADDED(sum, { count }, emit) {
        steps()
        emit({ type: 'added' })
        return sum + count
      },
    },
  })
  const store = memoryStore()
  const seed = createRun(machine)
  await recordRun(seed, store).stop()
  async function open(snapshot?: SnapshotRecord) {
    const more = snapshot === undefined ? {} : { snapshot }
    const run = await openShared(store, seed.id, machine, { checkDeterminism: false, ...more })
    onTestFinished(() => run.close())
    return run
  }
  return { store, id: seed.id, steps, open }
}

function snapshotOf(run: SharedRun<number, { type: 'ADDED'; count: number }, { type: 'added' }>): SnapshotRecord {
  const { genesis, head, position, confirmed } = run
  const { sequence, state } = confirmed.current
  return { genesis, sequence, oid: head, position, state }
}
