/** The tables: how they are made, by whom, and what happens without them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTables, postgresStore, schema } from '@xmachines/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PATIENCE } from '../../../scripts/patience.ts'
import { type Database, kinds, openPool, startPglite, unique } from './databases.ts'
import { append, readAll, recordsOf, refusalOf, tallyRun } from './ledgers.ts'

test('schema.sql is what createTables runs', () => {
  expect(readFileSync(join(import.meta.dirname, '../schema.sql'), 'utf8')).toBe(schema)
})

describe.each(kinds)('in %s', (_kind, openDatabase) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database.end())

  test('making the tables again keeps what is in them', async () => {
    const store = await database.open()
    const run = tallyRun(2)
    await append(store, run)
    await createTables(database.client, { prefix: database.prefix })
    await createTables(database.client, { prefix: database.prefix })
    expect(await recordsOf(store, run.id)).toHaveLength(3)
  })

  test('tables of another prefix are other tables', async () => {
    const prefix = `${database.prefix}other_`
    await createTables(database.client, { prefix })
    const [store, other] = [await database.open(), await database.open({ prefix })]
    const run = tallyRun(1)
    await append(store, run)
    expect(await other.head(run.id)).toBe(undefined)
    await append(other, run)
    expect(await other.head(run.id)).toEqual({ head: run.head, sequence: 1 })
  })

  test('without tables every member is refused, with what to do', async () => {
    const store = await database.open({ prefix: 'absent_' })
    const asked = [
      () => store.head('1'),
      () => append(store, tallyRun()),
      () => store.name('a'),
      () => recordsOf(store, '1'),
      () => readAll(store.list()),
    ]
    for (const ask of asked) {
      expect(await refusalOf(ask())).toMatchObject({
        name: 'StoreError',
        code: 'UNAVAILABLE',
        message:
          'Postgres did not answer as it should (42P01): its tables are missing: call createTables(client) once, or run schema.sql',
      })
    }
  })

  test('tables of a later version are refused', async () => {
    const prefix = `${database.prefix}later_`
    await createTables(database.client, { prefix })
    await database.client.query(`INSERT INTO ${prefix}schema VALUES (7)`)
    expect(await refusalOf(createTables(database.client, { prefix }))).toMatchObject({
      code: 'UNAVAILABLE',
      message: `the tables ${prefix}… have version 7, and this package knows 2: update @xmachines/postgres`,
    })
  })

  test.each(['', 'A', '1a', 'a-b', 'a"b', 'a.b', 'x'.repeat(32)])('the prefix %j is refused', async (prefix) => {
    expect(() => postgresStore(database.client, { prefix })).toThrow(RangeError)
    await expect(createTables(database.client, { prefix })).rejects.toThrow(RangeError)
  })
})

test('the printed schema serves people who run it themselves', async () => {
  const client = startPglite()
  await client.exec(schema)
  const store = postgresStore(client)
  const run = tallyRun(1)
  await append(store, run)
  expect(await store.head(run.id)).toEqual({ head: run.head, sequence: 1 })
  await client.close()
})

test('several processes can make the tables at once', async () => {
  const prefix = `race${unique}_`
  const pools = Array.from({ length: 6 }, () => openPool())
  await Promise.all(pools.map((pool) => createTables(pool, { prefix })))
  const store = postgresStore(pools[0] as (typeof pools)[0], { prefix })
  await append(store, tallyRun(1))
  await Promise.all(pools.map((pool) => pool.end()))
})

test('making tables that are there waits for no transaction, and holds up no append', async () => {
  const prefix = `busy${unique}_`
  // Another test may be making its tables, which is soon over. The transaction below is open until everything is done.
  const pool = openPool({ options: `-c lock_timeout=${PATIENCE}` })
  await createTables(pool, { prefix })
  const store = postgresStore(pool, { prefix })
  const client = await pool.connect()
  await client.query('BEGIN')
  await append(store.within(client), tallyRun(1))
  await createTables(pool, { prefix })
  await append(store, tallyRun(1))
  await client.query('COMMIT')
  client.release()
  await pool.end()
})

test('a user who may only read and write the tables can start with createTables too', async () => {
  const prefix = `plain${unique}_`
  const pool = openPool()
  await createTables(pool, { prefix })
  const user = `user${unique}`
  await pool.query(`CREATE ROLE ${user} LOGIN`)
  for (const table of ['schema', 'runs', 'records', 'keys', 'leases', 'names']) {
    await pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${prefix}${table} TO ${user}`)
  }
  const plain = openPool({ user })
  await createTables(plain, { prefix })
  const run = tallyRun(1)
  const store = postgresStore(plain, { prefix })
  await append(store, run)
  const lease = await store.lease(run.id, { owner: 'a', ttl: 60_000 })
  await lease?.settle(1)
  await lease?.release()
  expect((await readAll(store.list())).map(({ settled }) => settled)).toEqual([1])
  expect(await store.rename('a', undefined, run.id)).toBe(true)
  expect(await store.rename('a', run.id, undefined)).toBe(true)
  // It can make no tables of its own.
  expect(await refusalOf(createTables(plain, { prefix: `${prefix}more_` }))).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('CREATE on their schema'),
  })
  await store.close()
  await plain.end()
  await pool.end()
})

test('the tables can be in a schema of their own', async () => {
  const name = `apart${unique}`
  const pool = openPool({ options: `-c search_path=${name}` })
  await pool.query(`CREATE SCHEMA ${name}`)
  await createTables(pool)
  const run = tallyRun(1)
  await append(postgresStore(pool), run)
  const { rows } = await pool.query(`SELECT id FROM ${name}.xmachines_runs`)
  expect(rows).toEqual([{ id: run.id }])
  await pool.end()
})

test.each([[undefined], [null], [{}], ['postgres://localhost']])('the client %j is refused', async (client) => {
  expect(() => postgresStore(client as never)).toThrow(TypeError)
  await expect(createTables(client as never)).rejects.toThrow(TypeError)
})

test.each([0, -1, Number.NaN, 1e9])('to look every %d milliseconds is refused', (poll) => {
  expect(() => postgresStore({ query: async () => ({ rows: [] }) }, { poll })).toThrow(RangeError)
})

test('tables of version 1 get what is new', async () => {
  const client = startPglite()
  const column = /  keys_since bigint NOT NULL DEFAULT 0,\n  --[^\n]*\n  successor[^\n]*\n/
  const added = /ALTER TABLE[^;]*;/
  const first = schema
    .replace(column, '  keys_since bigint NOT NULL DEFAULT 0\n')
    .replace(added, '')
    .replace('(2)', '(1)')
  expect(first).not.toContain('successor')
  await client.exec(first)
  await createTables(client)
  const store = postgresStore(client)
  const [run, successor] = [tallyRun(1), tallyRun().id]
  await append(store, run)
  await store.seal?.(run.id, run.head, successor)
  expect(await store.head(run.id)).toMatchObject({ successor })
  await client.close()
})
