/** A recorder keeps a run in a store: what it acknowledges is there, and of two writers one is acknowledged. */
import { createRun, defineMachine, type Run, restoreRun } from '@xmachines/core'
import { advance, memoryStore, type RunStore, recordRun, type StoredRecord, StoreError } from '@xmachines/core/store'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Loss, lossyStore } from './lossy-store.ts'
import { add, fail, finish, type TallyEvent, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { ending, outcome, take } from './streams.ts'

expectBugs()

afterEach(() => {
  vi.restoreAllMocks()
})

async function recordsOf(store: RunStore, id: string): Promise<StoredRecord[]> {
  return (await ending(store.read(id, { from: 0 }))).items
}

async function open(store: RunStore, id: string): Promise<ReturnType<typeof tallyRun>> {
  return restoreRun(tally, (await recordsOf(store, id)) as never)
}

function tallyRun() {
  return createRun(tally)
}

describe('a recorder', () => {
  test('records what the run has and each batch from then on', async () => {
    const store = memoryStore()
    const run = tallyRun()
    run.in.send(add(1))
    const recorder = recordRun(run, store)
    expect(recorder.recorded).toBe(-1)
    expect(await recorder.flush()).toBe(1)
    run.in.send([add(2), add(3)])
    expect(await recorder.flush()).toBe(2)
    expect(await store.head(run.id)).toEqual({ head: run.head, sequence: 2 })
    expect(await recordsOf(store, run.id)).toEqual(run.toJSON().records)
    expect((await open(store, run.id)).state).toEqual(run.state)
  })

  test('goes on with a run that was opened from the store, and appends only what is new', async () => {
    const store = memoryStore()
    const first = tallyRun()
    first.in.send(add(1))
    await recordRun(first, store).stop()
    const run = await open(store, first.id)
    const append = vi.spyOn(store, 'append')
    const recorder = recordRun(run, store)
    run.in.send(add(2))
    await recorder.flush()
    expect(append.mock.calls.map(([, , { records }]) => records.length)).toEqual([1])
    expect((await store.head(run.id))?.head).toBe(run.head)
  })

  test('ends with its run, and a stopped one records what was committed and no more', async () => {
    const store = memoryStore()
    const run = tallyRun()
    const recorder = recordRun(run, store)
    run.in.send(add())
    const stopped = recorder.stop()
    run.in.send(add())
    expect(await stopped).toBe(1)
    await expect(recorder.flush()).resolves.toBe(1)
    expect((await store.head(run.id))?.sequence).toBe(1)
    const next = recordRun(run, store)
    run.in.send(finish)
    expect(await next.done).toBe(3)
  })

  test('has ports that show only what is recorded', async () => {
    const store = memoryStore()
    let release: (() => void) | undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const append = store.append.bind(store)
    vi.spyOn(store, 'append').mockImplementation(async (...given) => {
      await held
      await append(...given)
    })
    const run = tallyRun()
    const ports = recordRun(run, store).ports()
    const written = ports.in.getWriter().write(add(1))
    const read = ports.out.getReader().read()
    expect([await outcome(written), await outcome(read)]).toEqual(['pending', 'pending'])
    release?.()
    await written
    expect((await read).value).toBeDefined()
  })

  test('drops what is recorded if it shall retain little, and the history is read from the store', async () => {
    const store = memoryStore()
    const run = tallyRun()
    const recorder = recordRun(run, store, { retain: 2 })
    for (let round = 0; round < 50; round++) {
      run.in.send(add(1))
      await recorder.flush()
    }
    expect(() => run.toJSON()).toThrow(RangeError)
    expect((await ending(run.history({ from: 1 }))).items).toHaveLength(50)
  })

  test('starts although the store does not answer at first', async () => {
    const store = memoryStore()
    let asked = 0
    const away: RunStore = {
      ...store,
      async head(id) {
        if (++asked <= 2) throw new StoreError('UNAVAILABLE', 'it is away')
        return await store.head(id)
      },
    }
    const run = tallyRun()
    run.in.send(add(1))
    expect(await recordRun(run, away).flush()).toBe(1)
    expect(asked).toBe(3)
  })

  test('appends large batches in slices that are not too large', async () => {
    const store = memoryStore()
    const append = vi.spyOn(store, 'append')
    const machine = defineMachine<number, { type: 'NOTE'; text: string }>({
      name: 'notes',
      version: '1',
      initial: 0,
      on: { NOTE: (count) => count + 1 },
    })
    const run = createRun(machine)
    const text = 'x'.repeat(3_000_000)
    for (let count = 0; count < 12; count++) run.in.send({ type: 'NOTE', text })
    expect(await recordRun(run, store).flush()).toBe(12)
    const lengths = append.mock.calls.map(([, , { commits }]) =>
      commits.reduce((length, commit) => length + commit.length, 0),
    )
    expect(Math.max(...lengths)).toBeLessThan(20_000_000)
    expect(append.mock.calls.length).toBeGreaterThan(1)
    expect((await store.head(run.id))?.head).toBe(run.head)
  })

  test('that is stopped says how many outputs there were at that point, whatever the run does then', async () => {
    const store = memoryStore()
    const run = tallyRun()
    run.in.send(add(1))
    const stopped = recordRun(run, store).stop()
    run.in.send([add(2), add(3)])
    await stopped
    const [listed] = (await ending(store.list())).items
    expect(listed).toMatchObject({ sequence: 1, position: 1 })
  })

  test('is refused options that are no counts', () => {
    const store = memoryStore()
    expect(() => recordRun(tallyRun(), store, { maxUnrecorded: -1 })).toThrow(RangeError)
    expect(() => recordRun(tallyRun(), store, { retain: 'all' as never })).toThrow(TypeError)
    expect(() => recordRun({} as never, store)).toThrow(TypeError)
  })
})

describe('two writers', () => {
  test('of an equal batch on an equal head: one is acknowledged, the other is told', async () => {
    const store = memoryStore()
    const seed = tallyRun()
    await recordRun(seed, store).stop()
    const runs = [await open(store, seed.id), await open(store, seed.id)]
    const recorders = runs.map((run) => recordRun(run, store))
    for (const run of runs) run.in.send(add(1))
    const results = await Promise.allSettled(recorders.map(({ flush }) => flush()))
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const { reason } = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(reason).toBeInstanceOf(StoreError)
    expect(reason.code).toBe('MOVED')
    expect(reason.message).toMatch(/another writer appended first/)
    expect((await store.head(seed.id))?.sequence).toBe(1)
  })

  test('that record one run object write it once', async () => {
    const store = memoryStore()
    const run = tallyRun()
    const recorders = [recordRun(run, store), recordRun(run, store), recordRun(run, store)]
    for (let round = 0; round < 30; round++) {
      run.in.send(add(1))
      if (round % 7 === 0) await recorders[round % 3]?.flush()
    }
    expect(await Promise.all(recorders.map(({ flush }) => flush()))).toEqual([30, 30, 30])
    expect((await store.head(run.id))?.head).toBe(run.head)
  })

  test('a failure that nobody waits for is on the console', async () => {
    const report = vi.spyOn(console, 'error').mockReturnValue()
    const store = memoryStore()
    const seed = tallyRun()
    await recordRun(seed, store).stop()
    const runs = [await open(store, seed.id), await open(store, seed.id)]
    for (const run of runs) recordRun(run, store)
    for (const run of runs) run.in.send(add(1))
    await vi.waitFor(() => expect(report).toHaveBeenCalledTimes(1))
    expect(String(report.mock.calls[0]?.[0])).toContain(seed.id)
  })
})

test('what is acknowledged is recorded once, whatever requests and answers are lost and however writers interleave', async () => {
  const loss = fc.constantFrom<Loss>('none', 'request', 'answer')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(loss, { maxLength: 4 }), { minLength: 2, maxLength: 4 }),
      fc.boolean(),
      fc.scheduler(),
      async (lossesOf, equal, scheduler) => {
        vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void) => {
          queueMicrotask(run)
          return 0
        }) as never)
        const store = memoryStore()
        const seed = tallyRun()
        await recordRun(seed, store).stop()
        let acknowledged = 0
        const writers = lossesOf.map(async (losses, writer) => {
          const mine = lossyStore(store, losses)
          for (let batches = 0; batches < 3; ) {
            await scheduler.schedule(Promise.resolve())
            const run: Run<unknown, TallyEvent, unknown> = await open(store, seed.id)
            const recorder = recordRun(run, mine)
            run.in.send(add(equal ? 1 : writer + 1))
            try {
              await recorder.flush()
              acknowledged += 1
              batches += 1
            } catch (error) {
              if ((error as StoreError).code !== 'MOVED') throw error
            }
          }
        })
        const all = Promise.all(writers)
        await scheduler.waitFor(all)
        expect(acknowledged).toBe(lossesOf.length * 3)
        expect((await store.head(seed.id))?.sequence).toBe(acknowledged)
      },
    ),
    { numRuns: 60 },
  )
})

describe('advance', () => {
  test('lets a run follow what others recorded: state, outputs, subscribers', async () => {
    const run = tallyRun()
    const follower = restoreRun(tally, run.toJSON())
    const notified = vi.fn()
    follower.snapshot.subscribe(notified)
    run.in.send([add(1), add(2)])
    run.in.send(add(3))
    const records = run.toJSON().records as StoredRecord[]
    advance(follower, records.slice(1))
    expect([follower.head, follower.state]).toEqual([run.head, run.state])
    expect(notified).toHaveBeenCalledTimes(2)
    expect(await take(follower.out, 3)).toEqual(await take(run.out, 3))
    // Again, and from the genesis: nothing changes.
    advance(follower, records)
    expect(follower.snapshot.current.sequence).toBe(2)
  })

  test('passes over what the run has dropped from memory', async () => {
    const store = memoryStore()
    const run = tallyRun()
    const recorder = recordRun(run, store, { retain: 1 })
    for (let round = 0; round < 10; round++) {
      run.in.send(add(1))
      await recorder.flush()
    }
    await recorder.stop()
    const other = await open(store, run.id)
    other.in.send(add(2))
    await recordRun(other, store).stop()
    advance(run, await recordsOf(store, run.id))
    expect(run.head).toBe(other.head)
  })

  test('refuses records that leave some out, with what to give', () => {
    const run = tallyRun()
    const follower = restoreRun(tally, run.toJSON())
    for (let value = 1; value <= 3; value++) run.in.send(add(value))
    const records = run.toJSON().records as StoredRecord[]
    expect(() => advance(follower, records.slice(2))).toThrow(
      /follows .*, which the run does not have; give it the records from sequence 1 on/,
    )
    expect(() => advance(follower, [tallyRun().genesis])).toThrow(/two continuations/)
    expect(follower.snapshot.current.sequence).toBe(0)
  })

  test('refuses records that are another continuation, and those with a wrong oid', () => {
    const run = tallyRun()
    const other = restoreRun(tally, run.toJSON())
    run.in.send(add(1))
    other.in.send(add(2))
    const [, record] = run.toJSON().records as StoredRecord[]
    expect(() => advance(other, [record as StoredRecord])).toThrow(/two continuations/)
    const follower = restoreRun(tally, [run.genesis] as never)
    expect(() => advance(follower, [{ ...record, oid: other.head } as StoredRecord])).toThrow(
      /not the oid of its content/,
    )
    expect(follower.snapshot.current.sequence).toBe(0)
    expect(run.in.send(fail)).toBeDefined()
  })
})
