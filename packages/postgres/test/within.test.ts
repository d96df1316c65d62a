/** A run and the app's own tables commit together, or not at all. */
import type { PGlite } from '@electric-sql/pglite'
import { createRun } from '@xmachines/core'
import { openShared, recordRun } from '@xmachines/core/store'
import type { PostgresClient, PostgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { type Database, openPglite, openServer } from './databases.ts'
import { add, append, readAll, recordsOf, refusalOf, tally, tallyRun, token } from './ledgers.ts'

/** Runs work in a transaction; rolls back if the work throws. */
type Transact = (database: Database, work: (client: PostgresClient) => Promise<void>) => Promise<void>

const inPglite: Transact = (database, work) =>
  (database.client as PGlite).transaction((transaction) => work(transaction))

const onServer: Transact = async (_database, work) => {
  const client = new pg.Client(inject('postgres'))
  await client.connect()
  try {
    await client.query('BEGIN')
    await work(client)
    await client.query('COMMIT')
  } catch (thrown) {
    await client.query('ROLLBACK')
    throw thrown
  } finally {
    await client.end()
  }
}

const kinds: [string, () => Promise<Database>, Transact][] = [
  ['PGlite', openPglite, inPglite],
  ['a Postgres server', openServer, onServer],
]

describe.each(kinds)('in %s', (_kind, openDatabase, transact) => {
  let database: Database
  let store: PostgresStore
  beforeAll(async () => {
    database = await openDatabase()
    store = await database.open()
    await database.sql('CREATE TABLE xmachines_orders (id text PRIMARY KEY)')
  })
  afterAll(() => database.end())

  const insert = (client: PostgresClient, id: string): Promise<unknown> =>
    client.query(`INSERT INTO ${database.prefix}orders VALUES ($1)`, [id])
  const orders = async (id: string): Promise<number> =>
    (await database.sql('SELECT id FROM xmachines_orders WHERE id = $1', [id])).length

  test('a new run commits with the rows of the app', async () => {
    const run = tallyRun(2)
    await transact(database, async (client) => {
      await recordRun(run, store.within(client)).stop()
      await insert(client, run.id)
    })
    expect(await store.head(run.id)).toEqual({ head: run.head, sequence: 2 })
    expect(await orders(run.id)).toBe(1)
    // The run goes on outside.
    run.in.send(add(3))
    await recordRun(run, store).flush()
    expect(await store.head(run.id)).toEqual({ head: run.head, sequence: 3 })
  })

  test('a new run is rolled back with the rows of the app, and can be recorded later', async () => {
    const run = tallyRun(2)
    const work = async (client: PostgresClient): Promise<void> => {
      await insert(client, run.id)
      const within = store.within(client)
      await recordRun(run, within).stop()
      expect((await within.head(run.id))?.sequence).toBe(2)
      throw new Error('no')
    }
    await expect(transact(database, work)).rejects.toThrow('no')
    expect(await store.head(run.id)).toBe(undefined)
    expect(await orders(run.id)).toBe(0)
    await recordRun(run, store).flush()
    expect(await store.head(run.id)).toEqual({ head: run.head, sequence: 2 })
  })

  test.each([true, false])('batches of a run that is there, with a row of the app (commits: %s)', async (commits) => {
    const seed = tallyRun(1)
    await append(store, seed)
    const work = async (client: PostgresClient): Promise<void> => {
      const run = await openShared(store.within(client), seed.id, tally)
      run.in.send(add(10))
      await insert(client, seed.id)
      run.in.send(add(20))
      await run.flush()
      run.close()
      if (!commits) throw new Error('no')
    }
    if (commits) await transact(database, work)
    else await expect(transact(database, work)).rejects.toThrow('no')
    const opened = await openShared(store, seed.id, tally)
    expect(opened.state).toBe(commits ? 31 : 1)
    expect(await orders(seed.id)).toBe(commits ? 1 : 0)
    opened.close()
  })

  test('a receipt, a key and a name are rolled back as well', async () => {
    const run = tallyRun(1)
    const writer = token()
    const work = async (client: PostgresClient): Promise<void> => {
      const within = store.within(client)
      await append(within, run, { writer, keys: new Map([['k', 1]]) })
      expect((await within.receipt(run.id, 'k', 0))?.sequence).toBe(1)
      expect(await within.rename(run.id, undefined, run.id)).toBe(true)
      expect(await recordsOf(within, run.id)).toHaveLength(2)
      expect((await readAll(within.list())).map(({ id }) => id)).toContain(run.id)
      throw new Error('no')
    }
    await expect(transact(database, work)).rejects.toThrow('no')
    expect(await store.receipt(run.id, writer, 0)).toBe(undefined)
    expect(await store.receipt(run.id, 'k', 0)).toBe(undefined)
    expect(await store.name(run.id)).toBe(undefined)
  })

  test('a lost race does not end the transaction', async () => {
    const run = tallyRun(2)
    await append(store, run)
    await transact(database, async (client) => {
      const within = store.within(client)
      expect(await refusalOf(append(within, run, { from: 1 }))).toMatchObject({ code: 'MOVED', head: { sequence: 2 } })
      expect(await refusalOf(append(within, run))).toMatchObject({ code: 'MOVED' })
      await insert(client, run.id)
    })
    expect(await orders(run.id)).toBe(1)
  })

  test('a transaction that has failed keeps nobody waiting', async () => {
    const seed = tallyRun(1)
    await append(store, seed)
    const failed = expect.objectContaining({ code: 'ABORTED', message: expect.stringContaining('roll it back') })
    const work = async (client: PostgresClient): Promise<void> => {
      const within = store.within(client)
      const run = await openShared(within, seed.id, tally)
      await expect(client.query('SELECT 1 / 0')).rejects.toThrow()
      run.in.send(add(10))
      await expect(run.flush()).rejects.toEqual(failed)
      expect(run.problem).toEqual(failed)
      run.close()
      const recorder = recordRun(tallyRun(), within)
      await expect(recorder.flush()).rejects.toEqual(failed)
      await expect(within.head(seed.id)).rejects.toEqual(failed)
      throw new Error('no')
    }
    await expect(transact(database, work)).rejects.toThrow('no')
    expect((await store.head(seed.id))?.sequence).toBe(1)
  })

  test('a lease is not taken within a transaction', async () => {
    const run = tallyRun(1)
    await append(store, run)
    await transact(database, async (client) => {
      const refused = await refusalOf(store.within(client).lease(run.id, { owner: 'a', ttl: 1000 }))
      expect(refused).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('from the store itself') })
    })
  })

  test('followers elsewhere get what was committed, and nothing before', async () => {
    const run = tallyRun(1)
    await append(store, run)
    const other = await database.open({ poll: 3_600_000 })
    const controller = new AbortController()
    const sequences: string[] = []
    const following = (async () => {
      for await (const { oid } of other.follow(run.id, { from: 0, signal: controller.signal })) sequences.push(oid)
    })()
    await vi.waitFor(() => expect(sequences).toHaveLength(2))
    run.in.send(add(2))
    await transact(database, async (client) => {
      await append(store.within(client), run, { from: 2 })
      expect(sequences).toHaveLength(2)
    })
    await vi.waitFor(() => expect(sequences.at(-1)).toBe(run.head))
    controller.abort()
    await following
  })
})

test('a transaction that cannot be serialized ends, and can be done again', async () => {
  const database = await openServer()
  const store = await database.open()
  const seed = tallyRun()
  await append(store, seed)
  const addWithin = (value: number, meanwhile?: () => Promise<void>): Promise<void> =>
    onServer(database, async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE')
      const run = await openShared(store.within(client), seed.id, tally)
      await meanwhile?.()
      run.in.send(add(value))
      await run.flush()
      run.close()
    })
  const refused = await refusalOf(addWithin(10, () => addWithin(1)))
  expect(refused).toMatchObject({ code: 'ABORTED', message: expect.stringContaining('40001') })
  await addWithin(10)
  expect((await store.head(seed.id))?.sequence).toBe(2)
  await database.end()
})

test('two transactions on one run: the second goes on behind the first', async () => {
  const database = await openServer()
  const store = await database.open()
  const seed = createRun(tally)
  await append(store, seed)
  const warned = vi.spyOn(process, 'emitWarning')
  const add1000 = (value: number): Promise<void> =>
    onServer(database, async (client) => {
      const run = await openShared(store.within(client), seed.id, tally)
      run.in.send(add(value))
      await run.flush()
      run.close()
    })
  await Promise.all(Array.from({ length: 6 }, (_, at) => add1000(10 ** at)))
  const run = await openShared(store, seed.id, tally)
  expect(run.state).toBe(111_111)
  run.close()
  expect(warned).not.toHaveBeenCalled()
  await database.end()
})
