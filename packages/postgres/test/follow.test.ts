/** Followers hear of appends by LISTEN, look from time to time, and come back after a lost connection. */
import type { StoredRecord } from '@xmachines/core/store'
import { createTables, type PostgresStore, postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { type Database, kinds, openPool, openServer, unique } from './databases.ts'
import { add, append, refusalOf, type TallyRun, tallyRun } from './ledgers.ts'

/** Nobody looks within a test. */
const NEVER = 3_600_000

let stop = new AbortController()
afterEach(() => {
  stop.abort()
  stop = new AbortController()
})

/** Follows a run from its genesis, and keeps what comes. */
function follow(
  store: PostgresStore,
  run: TallyRun,
): { readonly records: StoredRecord[]; readonly done: Promise<void> } {
  const records: StoredRecord[] = []
  const { signal } = stop
  const read = async (): Promise<void> => {
    for await (const record of store.follow(run.id, { from: 0, signal })) records.push(record)
  }
  return { records, done: read() }
}

function arrive(records: readonly StoredRecord[], run: TallyRun): Promise<void> {
  return vi.waitFor(() => expect(records).toEqual(run.toJSON().records), { interval: 5 })
}

async function appendNext(store: PostgresStore, run: TallyRun): Promise<void> {
  run.in.send(add(1))
  await append(store, run, { from: run.snapshot.current.sequence })
}

describe.each(kinds)('in %s', (_kind, openDatabase) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database.end())

  test('a follower is notified of what another appends', async () => {
    const [store, other] = [await database.open({ poll: NEVER }), await database.open({ poll: NEVER })]
    const run = tallyRun(2)
    await append(other, run)
    const { records, done } = follow(store, run)
    await arrive(records, run)
    for (let count = 0; count < 5; count++) {
      await appendNext(other, run)
      await arrive(records, run)
    }
    stop.abort()
    await done
  })

  test('a follower that does not listen looks from time to time', async () => {
    const options = { listen: false, poll: 10 }
    const [store, other] = [await database.open(options), await database.open()]
    const run = tallyRun()
    await append(other, run)
    const { records, done } = follow(store, run)
    for (let count = 0; count < 3; count++) {
      await appendNext(other, run)
      await arrive(records, run)
    }
    stop.abort()
    await done
  })

  test('many followers of many runs each get their own', async () => {
    const store = await database.open({ poll: NEVER })
    const runs = Array.from({ length: 20 }, () => tallyRun())
    for (const run of runs) await append(store, run)
    const followers = runs.flatMap((run) => [follow(store, run), follow(store, run)])
    await Promise.all(runs.map((run) => appendNext(store, run)))
    await Promise.all(followers.map(({ records }, at) => arrive(records, runs[at >> 1] as TallyRun)))
  })

  test('who follows a run that is not there is refused', async () => {
    const store = await database.open()
    const { done } = follow(store, tallyRun())
    expect(await refusalOf(done)).toMatchObject({ code: 'MISSING' })
  })
})

describe('on a real server', () => {
  let database: Database
  beforeAll(async () => {
    database = await openServer()
  })
  afterAll(() => database.end())

  const listening = `SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND application_name = $1`

  test('a listening connection that is lost is made again, and nothing is missed or doubled', async () => {
    const name = `follower-${unique}`
    const pool = openPool({ application_name: name })
    const store = postgresStore(pool, { prefix: database.prefix, poll: NEVER })
    const other = await database.open()
    const run = tallyRun(1)
    await append(other, run)
    const { records, done } = follow(store, run)
    await arrive(records, run)
    for (let round = 0; round < 5; round++) {
      await vi.waitFor(async () => expect(await database.sql(listening, [name])).toHaveLength(1))
      await database.sql(`SELECT pg_terminate_backend(pid) FROM (${listening}) AS ear`, [name])
      // Some of these come while nobody listens.
      for (let count = 0; count < 3; count++) await appendNext(other, run)
      await arrive(records, run)
    }
    stop.abort()
    await done
    await store.close()
    await pool.end()
  })

  test('a pool gets its connection back', async () => {
    const pool = openPool({ max: 2 })
    const store = postgresStore(pool, { prefix: database.prefix, poll: NEVER })
    const run = tallyRun(1)
    await append(store, run)
    const { records, done } = follow(store, run)
    await arrive(records, run)
    stop.abort()
    await done
    await store.close()
    expect(pool.totalCount).toBeLessThanOrEqual(2)
    expect(pool.idleCount).toBe(pool.totalCount)
    await pool.end()
  })

  test('a connection that the server ends at any moment does not end the process', async () => {
    const pool = openPool()
    const listeners: number[] = []
    // An error may come with the very message that opens the connection, before any promise resolves.
    pool.on('acquire', (client) => process.nextTick(() => listeners.push(client.listenerCount('error'))))
    const store = postgresStore(pool, { prefix: database.prefix, poll: NEVER })
    const run = tallyRun(1)
    await append(store, run)
    const { records, done } = follow(store, run)
    await arrive(records, run)
    await vi.waitFor(() => expect(listeners.length).toBeGreaterThan(2))
    stop.abort()
    await done
    await store.close()
    await pool.end()
    expect(Math.min(...listeners)).toBeGreaterThan(0)
  })

  test('a pool of one connection keeps it for statements', async () => {
    const pool = openPool({ max: 1 })
    const store = postgresStore(pool, { prefix: database.prefix, poll: 10 })
    const other = await database.open()
    const run = tallyRun(1)
    await append(store, run)
    const { records, done } = follow(store, run)
    await appendNext(other, run)
    await arrive(records, run)
    await appendNext(store, run)
    await arrive(records, run)
    stop.abort()
    await done
    await pool.end()
  })

  test('one client listens, appends and follows', async () => {
    const client = new pg.Client(inject('postgres'))
    await client.connect()
    await createTables(client, { prefix: database.prefix })
    const warned = vi.spyOn(process, 'emitWarning')
    const store = postgresStore(client, { prefix: database.prefix, poll: NEVER })
    const other = await database.open()
    const run = tallyRun(1)
    await append(store, run)
    const { records, done } = follow(store, run)
    await arrive(records, run)
    await appendNext(other, run)
    await arrive(records, run)
    await appendNext(store, run)
    await arrive(records, run)
    stop.abort()
    await done
    await store.close()
    await client.end()
    expect(warned).not.toHaveBeenCalled()
  })

  test('a client that has listened many times has no more listeners than before', async () => {
    const client = new pg.Client(inject('postgres'))
    await client.connect()
    const store = postgresStore(client, { prefix: database.prefix, poll: NEVER })
    const run = tallyRun(1)
    await append(store, run)
    const count = (): number[] => ['notification', 'error', 'end'].map((event) => client.listenerCount(event))
    const counts: number[][] = []
    for (let round = 0; round < 3; round++) {
      const { records, done } = follow(store, run)
      await arrive(records, run)
      await vi.waitFor(() => expect(client.listenerCount('notification')).toBe(1))
      stop.abort()
      await done
      await store.close()
      stop = new AbortController()
      counts.push(count())
    }
    expect(counts[2]).toEqual(counts[0])
    await client.end()
  })

  test('a follower elsewhere is notified by a process that has one client', async () => {
    const client = new pg.Client(inject('postgres'))
    await client.connect()
    const store = postgresStore(client, { prefix: database.prefix })
    const other = await database.open({ poll: NEVER })
    const run = tallyRun(1)
    await append(store, run)
    const { records } = follow(other, run)
    await arrive(records, run)
    await appendNext(store, run)
    await arrive(records, run)
    await client.end()
  })
})
