/** Leases by the clock of the server: who has one, who takes over, and how a holder learns that it lost. */
import { StoreError } from '@xmachines/core/store'
import { type PostgresStore, postgresStore } from '@xmachines/postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Database, kinds, openPool, openServer } from './databases.ts'
import { append, readAll, refusalOf, type TallyRun, tallyRun } from './ledgers.ts'

const startTimer = globalThis.setTimeout

/** Has another start timers until the test ends. */
function replaceTimers(start: (act: () => void, milliseconds?: number) => ReturnType<typeof setTimeout>): void {
  vi.stubGlobal('setTimeout', start)
  onTestFinished(() => void vi.unstubAllGlobals())
}

describe.each(kinds)('in %s', (_kind, openDatabase) => {
  let database: Database
  let store: PostgresStore
  beforeAll(async () => {
    database = await openDatabase()
    store = await database.open()
  })
  afterAll(() => database.end())

  async function begin(): Promise<TallyRun> {
    const run = tallyRun(5)
    await append(store, run)
    return run
  }

  /** Moves the end of a lease, as the death of its holder and time would. */
  async function endIn(interval: string, id: string): Promise<void> {
    await database.sql(
      'UPDATE xmachines_leases SET until = clock_timestamp() + $2::interval WHERE run = (SELECT number FROM xmachines_runs WHERE id = $1)',
      [id, interval],
    )
  }

  test('a lease that has run out is taken at the first try, whoever saw it before', async () => {
    const run = await begin()
    const lost = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
    await lost?.settle(2)
    const other = await database.open()
    expect(await other.lease(run.id, { owner: 'other', ttl: 60_000 })).toBe(undefined)
    await endIn('-1 ms', run.id)
    const taken = await other.lease(run.id, { owner: 'other', ttl: 60_000 })
    expect(taken?.settled).toBe(2)
    await taken?.release()
  })

  test('a former holder learns of it, and settles nothing more', async () => {
    const run = await begin()
    const lost = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
    await endIn('-1 ms', run.id)
    const taken = await store.lease(run.id, { owner: 'other', ttl: 60_000 })
    await taken?.settle(1)
    expect(lost?.signal.aborted).toBe(false)
    const refused = await refusalOf((lost as NonNullable<typeof lost>).settle(4))
    expect(refused).toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('taken by another owner') })
    expect(lost?.signal.reason).toBe(refused)
    await expect(lost?.renew()).rejects.toBe(refused)
    await lost?.release()
    expect(taken?.signal.aborted).toBe(false)
    const [listed] = (await readAll(store.list({ unsettled: true }))).filter(({ id }) => id === run.id)
    expect(listed?.settled).toBe(1)
    await taken?.renew()
    await taken?.release()
  })

  test('a lost lease is noticed by the next renewal', async () => {
    const run = await begin()
    const lease = await store.lease(run.id, { owner: 'one', ttl: 300 })
    await endIn('-1 ms', run.id)
    await vi.waitFor(() => expect(lease?.signal.aborted).toBe(true))
    expect(lease?.signal.reason).toBeInstanceOf(StoreError)
  })

  test('who waits for a lease learns that it was given back', async () => {
    const run = await begin()
    const other = await database.open({ poll: 3_600_000 })
    const lease = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
    const { signal } = new AbortController()
    const free = other.untilFree?.(run.id, signal)
    const isFree = vi.fn()
    void free?.then(isFree)
    expect(await other.lease(run.id, { owner: 'other', ttl: 60_000 })).toBe(undefined)
    expect(isFree).not.toHaveBeenCalled()
    // Others listen from some moment on.
    await vi.waitFor(async () => {
      const again = (await store.lease(run.id, { owner: 'three', ttl: 60_000 })) ?? lease
      await again?.release()
      expect(isFree).toHaveBeenCalled()
    })
    expect(await other.untilFree?.(run.id, signal)).toBe(undefined)
  })

  test('a lease that nobody has had is free', async () => {
    const run = await begin()
    expect(await store.untilFree?.(run.id, new AbortController().signal)).toBe(undefined)
  })

  test('who waits for a lease goes on when it has run out by the clock of the server, though timers are early', async () => {
    const run = await begin()
    const lost = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
    await endIn('100 ms', run.id)
    replaceTimers((act, milliseconds = 0) => startTimer(act, milliseconds / 2))
    await store.untilFree?.(run.id, new AbortController().signal)
    const taken = await store.lease(run.id, { owner: 'other', ttl: 60_000 })
    expect(taken).toBeDefined()
    await taken?.release()
    await lost?.release().catch(() => undefined)
  })

  test('who waits for a lease of many days waits with one timer at a time', async () => {
    const run = await begin()
    const lease = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
    await endIn('100 days', run.id)
    const longest = 2 ** 31 - 1
    const controller = new AbortController()
    let free: Promise<void> | undefined
    // A timer that cannot wait as long fires at once.
    const waited = await new Promise<number>((resolve) => {
      replaceTimers((act, milliseconds = 0) => {
        if (milliseconds >= longest) resolve(milliseconds)
        return startTimer(act, milliseconds)
      })
      free = store.untilFree?.(run.id, controller.signal)
    })
    expect(waited).toBe(longest)
    controller.abort()
    await free
    await lease?.release()
  })

  test('who waits for a lease stops at an abort', async () => {
    const run = await begin()
    const lease = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
    const controller = new AbortController()
    const free = store.untilFree?.(run.id, controller.signal)
    controller.abort()
    await free
    await lease?.release()
  })

  test('of many who want a lease at once, one gets it', async () => {
    const run = await begin()
    const stores = await Promise.all(Array.from({ length: 6 }, () => database.open()))
    for (let round = 0; round < 10; round++) {
      const leases = await Promise.all(stores.map((one, at) => one.lease(run.id, { owner: String(at), ttl: 60_000 })))
      const [taken, ...others] = leases.filter((lease) => lease !== undefined)
      expect(others).toEqual([])
      await taken?.release()
    }
  })
})

describe('on a real server', () => {
  let database: Database
  beforeAll(async () => {
    database = await openServer()
  })
  afterAll(() => database.end())

  test('a holder that cannot reach the server loses its lease in time', async () => {
    const pool = openPool()
    const store = postgresStore(pool, { prefix: database.prefix })
    const run = tallyRun(1)
    await append(store, run)
    const lease = await store.lease(run.id, { owner: 'one', ttl: 400 })
    await pool.end()
    await vi.waitFor(() => expect(lease?.signal.aborted).toBe(true))
    expect(lease?.signal.reason).toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('ran out') })
    // The server counts from a little later than the holder.
    const other = await database.open()
    await other.untilFree?.(run.id, new AbortController().signal)
    const taken = await other.lease(run.id, { owner: 'other', ttl: 60_000 })
    expect(taken).toBeDefined()
    await taken?.release()
  })

  test('a lease is renewed while a transaction holds the run', async () => {
    const store = await database.open()
    const run = tallyRun(2)
    await append(store, run, { to: 1 })
    const lease = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
    const pool = openPool()
    const client = await pool.connect()
    await client.query('BEGIN')
    await append(store.within(client), run, { from: 2 })
    await lease?.renew()
    await client.query('COMMIT')
    client.release()
    await pool.end()
    await lease?.settle(2)
    await lease?.release()
  })
})
