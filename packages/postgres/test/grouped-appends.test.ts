/** Appends to several runs at once go together, and each is made or not by itself. */
import { createRun } from '@xmachines/core'
import { type PostgresStore, postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Database, kinds, openServer } from './databases.ts'
import { add, append, recordsOf, refusalOf, sliceOf, type TallyRun, tally, tallyRun, token } from './ledgers.ts'

/** Runs of which the store has the genesis. */
async function begun(store: PostgresStore, runs: readonly TallyRun[]): Promise<readonly TallyRun[]> {
  for (const run of runs) await append(store, run, { to: 0 })
  return runs
}

describe.each(kinds)('in %s', (_kind, openDatabase) => {
  let database: Database
  let store: PostgresStore
  beforeAll(async () => {
    database = await openDatabase()
    store = await database.open()
  })
  afterAll(() => database.end())

  /** How many transactions wrote the last records of some runs. */
  async function transactionsOf(runs: readonly TallyRun[]): Promise<number> {
    const rows = await database.sql(
      `SELECT DISTINCT record.xmin::text FROM xmachines_records AS record JOIN xmachines_runs AS run ON run.number = record.run
WHERE record.sequence = run.sequence AND run.id IN (SELECT json_array_elements_text($1::json))`,
      [JSON.stringify(runs.map(({ id }) => id))],
    )
    return rows.length
  }

  test('appends to many runs at once are one transaction, and every text stays as it is', async () => {
    const notes = ['plain', '"', '\\', '{}', 'a,b', '\0', '\ud83d\ude00', '\n', 'NULL', '']
    const runs = await begun(
      store,
      notes.map((note) => {
        const run = createRun(tally)
        run.in.send(add(1, note))
        return run
      }),
    )
    const writers = runs.map(token)
    await Promise.all(runs.map((run, at) => append(store, run, { from: 1, writer: writers[at] as string })))
    expect(await transactionsOf(runs)).toBe(1)
    for (const [at, run] of runs.entries()) {
      expect(JSON.stringify(await recordsOf(store, run.id))).toBe(JSON.stringify(run.toJSON().records))
      expect(await store.receipt(run.id, writers[at] as string, 0)).toEqual({ sequence: 1, oid: run.head })
    }
  })

  test('one whose head has moved is refused, and the others are kept', async () => {
    const runs = await begun(store, [tallyRun(2), tallyRun(1), tallyRun(1)])
    const [ahead, one, other] = runs as [TallyRun, TallyRun, TallyRun]
    await append(store, ahead, { from: 1 })
    const late = store.append(ahead.id, ahead.id, sliceOf(ahead, 1, 1), { writer: token() })
    const [refused] = await Promise.all([
      refusalOf(late),
      append(store, one, { from: 1 }),
      append(store, other, { from: 1 }),
    ])
    expect(refused).toMatchObject({ code: 'MOVED', head: { head: ahead.head, sequence: 2 } })
    expect(await transactionsOf([one, other])).toBe(1)
  })

  test('one that the database cannot keep fails, and the others are kept', async () => {
    const [odd, one, other] = (await begun(store, [tallyRun(1), tallyRun(1), tallyRun(1)])) as [
      TallyRun,
      TallyRun,
      TallyRun,
    ]
    const wrong = { ...sliceOf(odd, 1), position: 1e300 }
    const [failed] = await Promise.all([
      refusalOf(store.append(odd.id, odd.id, wrong, { writer: token() })),
      append(store, one, { from: 1 }),
      append(store, other, { from: 1 }),
    ])
    expect(failed).toHaveProperty('code', 'UNAVAILABLE')
    const heads = await Promise.all([odd, one, other].map(async ({ id }) => (await store.head(id))?.sequence))
    expect(heads).toEqual([0, 1, 1])
  })

  test('appends to one run that are not awaited are made in their order, also beside others', async () => {
    const [run, other] = (await begun(store, [tallyRun(3), tallyRun(1)])) as [TallyRun, TallyRun]
    await Promise.all([
      append(store, other, { from: 1 }),
      append(store, run, { from: 1, to: 1 }),
      append(store, run, { from: 2, to: 2 }),
    ])
    await append(store, run, { from: 3 })
    expect(await recordsOf(store, run.id)).toEqual(run.toJSON().records)
  })

  test('followers are notified of each', async () => {
    const runs = await begun(store, [tallyRun(1), tallyRun(1)])
    const other = await database.open({ poll: 3_600_000 })
    const controller = new AbortController()
    const { signal } = controller
    const readers = runs.map(({ id }) => other.follow(id, { from: 0, signal }).getReader())
    for (const reader of readers) await reader.read()
    const next = readers.map((reader) => reader.read())
    await Promise.all(runs.map((run) => append(store, run, { from: 1 })))
    expect((await Promise.all(next)).map(({ value }) => value?.oid)).toEqual(runs.map(({ head }) => head))
    controller.abort()
  })
})

test('a run that a transaction holds keeps no other from being appended to', async () => {
  const database = await openServer()
  const store = await database.open()
  const [held, one, other] = (await begun(store, [tallyRun(2), tallyRun(1), tallyRun(1)])) as [
    TallyRun,
    TallyRun,
    TallyRun,
  ]
  const client = new pg.Client(inject('postgres'))
  await client.connect()
  try {
    await client.query('BEGIN')
    const within = postgresStore(client, { prefix: database.prefix }).within(client)
    await append(within, held, { from: 1, to: 1 })
    const waiting = append(store, held, { from: 1, to: 1 })
    await Promise.all([append(store, one, { from: 1 }), append(store, other, { from: 1 })])
    await client.query('ROLLBACK')
    await waiting
    await append(store, held, { from: 2 })
    expect((await store.head(held.id))?.head).toBe(held.head)
  } finally {
    await client.end()
    await database.end()
  }
})
