/** What the store promises beyond the suite for stores: any text, damage, pages, receipts and indexes. */
import { createRun, restoreRun } from '@xmachines/core'
import { recordRun, type StoreError } from '@xmachines/core/store'
import { type PostgresStore, postgresStore } from '@xmachines/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, kinds, openPool, openServer } from './databases.ts'
import { add, append, readAll, recordsOf, refusalOf, sliceOf, tally, tallyRun, token } from './ledgers.ts'

describe.each(kinds)('in %s', (_kind, openDatabase) => {
  let database: Database
  let store: PostgresStore
  beforeAll(async () => {
    database = await openDatabase()
    store = await database.open()
  })
  afterAll(() => database.end())

  test('every text and number comes back as it was', async () => {
    const run = createRun(tally)
    const notes = ['\0', 'a\u0000b', '"\\', '\u2028\u{1f600}', "'; DROP TABLE x; --", '\\u0000', '']
    for (const note of notes) run.in.send(add(0, note))
    for (const value of [1e21, 5e-324, Number.MAX_SAFE_INTEGER, 0.1, -1.5e300]) run.in.send(add(value))
    run.in.send({ value: 1, type: 'ADD', zeta: 1, alpha: { b: 1, a: 2 } } as never)
    await recordRun(run, store).flush()
    const records = await recordsOf(store, run.id)
    expect(JSON.stringify(records)).toBe(JSON.stringify(run.toJSON().records))
    expect(restoreRun(tally, records as never).head).toBe(run.head)
  })

  test.each(['\0', 'a\0b', '\\u0000', '\ud800', '\udc00', '"', '\\', "'", ' ', 'ä', ''])(
    'the name, key and token %j belong to nobody else',
    async (odd) => {
      const run = tallyRun(1)
      const writer = `${token()}${odd}`
      await append(store, run, { writer, keys: new Map([[`k${odd}`, 1]]) })
      expect((await store.receipt(run.id, writer, 0))?.sequence).toBe(1)
      expect((await store.receipt(run.id, `k${odd}`, 0))?.sequence).toBe(1)
      expect(await store.receipt(run.id, odd, 0)).toBe(undefined)
      const name = `${run.id}${odd}`
      expect(await store.rename(name, undefined, odd)).toBe(true)
      expect(await store.name(name)).toBe(odd)
      expect(await store.head(odd)).toBe(undefined)
    },
  )

  test('a key of a batch that is not in the slice is refused, and nothing is appended', async () => {
    const run = tallyRun(4)
    await append(store, run, { to: 2 })
    for (const sequence of [2, 5]) {
      const refused = await refusalOf(append(store, run, { from: 3, keys: new Map([['a', sequence]]) }))
      expect(refused).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('a key is for a sequence') })
    }
    expect((await store.head(run.id))?.sequence).toBe(2)
    expect(await recordsOf(store, run.id)).toHaveLength(3)
    await append(store, run, { from: 3, keys: new Map([['a', 4]]) })
  })

  test('what is wrong with a slice is said with its place in the run', async () => {
    const run = tallyRun(9)
    await append(store, run, { to: 6 })
    const slice = sliceOf(run, 7)
    const { head = '' } = (await store.head(run.id)) ?? {}
    const wrong = { ...slice, commits: slice.commits.toReversed() }
    expect(await refusalOf(store.append(run.id, head, wrong, { writer: token() }))).toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('the record 7 of the run'),
    })
    // Where the head is comes first, as in every store.
    expect(await refusalOf(store.append(run.id, run.id, wrong, { writer: token() }))).toMatchObject({
      code: 'MOVED',
      head: { sequence: 6 },
    })
    expect(await refusalOf(store.append(run.id, head, { ...slice, records: [] }, { writer: token() }))).toMatchObject({
      code: 'CORRUPT',
    })
  })

  test.each([
    ['the first record', 'DELETE FROM xmachines_records WHERE run = $1 AND sequence = 0'],
    ['a record in the middle', 'DELETE FROM xmachines_records WHERE run = $1 AND sequence = 3'],
    ['the last record', 'DELETE FROM xmachines_records WHERE run = $1 AND sequence = 6'],
    ['all records', 'DELETE FROM xmachines_records WHERE run = $1'],
  ])('if %s is missing, the read says so', async (_what, damage) => {
    const run = tallyRun(6)
    await append(store, run)
    await hurt(run.id, damage)
    expect(await refusalOf(recordsOf(store, run.id))).toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/^the record \d of the run .* is not there; restore it from a copy$/),
    })
  })

  test.each([
    [
      'swapped',
      'UPDATE xmachines_records SET sequence = 7 - sequence + 100 WHERE run = $1 AND sequence IN (3, 4)',
      true,
    ],
    ['no object', `UPDATE xmachines_records SET record = '3' WHERE run = $1 AND sequence = 3`, false],
    [
      'of another run',
      `UPDATE xmachines_records SET record = replace(record::text, '"parent":"', '"parent":"0')::json WHERE run = $1 AND sequence = 3`,
      false,
    ],
  ])('records that are %s are found by whoever opens the run', async (_what, damage, isSwap) => {
    const run = tallyRun(6)
    await append(store, run)
    await hurt(run.id, damage)
    if (isSwap)
      await hurt(run.id, 'UPDATE xmachines_records SET sequence = sequence - 100 WHERE run = $1 AND sequence > 100')
    const opened = async (): Promise<unknown> => restoreRun(tally, (await recordsOf(store, run.id)) as never)
    await expect(opened()).rejects.toThrow()
  })

  test('no message quotes what is in the database', async () => {
    const run = tallyRun(1)
    await append(store, run)
    await database.sql(`ALTER TABLE xmachines_names ADD CONSTRAINT odd CHECK (id <> 'secret')`)
    const refused = (await refusalOf(store.rename('one', undefined, 'secret'))) as StoreError
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', cause: { code: '23514' } })
    expect(refused.message).not.toContain('secret')
    expect(refused.message).toContain('23514')
  })

  test('a long history is read in pages', async () => {
    const run = tallyRun(3000)
    await append(store, run, { to: 1999 })
    await append(store, run, { from: 2000 })
    const records = await recordsOf(store, run.id)
    expect(records).toHaveLength(3001)
    expect(restoreRun(tally, records as never).head).toBe(run.head)
    expect(await readAll(store.read(run.id, { from: 250, to: 2750 }))).toEqual(records.slice(250, 2751))
  })

  test('large batches are read in short pages', async () => {
    const run = createRun(tally)
    for (let value = 0; value < 300; value++) run.in.send(add(value, 'x'.repeat(20_000)))
    await recordRun(run, store).flush()
    expect(await recordsOf(store, run.id)).toEqual(run.toJSON().records)
  })

  test('a reader that stops reads no further', async () => {
    const run = tallyRun(1000)
    await append(store, run)
    const reader = store.read(run.id, { from: 0 }).getReader()
    await reader.read()
    await reader.cancel()
    expect(await reader.closed).toBe(undefined)
  })

  test('receipts of keys are trimmed, so that they stay few', async () => {
    const run = tallyRun(3000)
    await append(store, run, { to: 0 })
    for (let from = 1; from <= 3000; from += 50) {
      const keys = new Map(Array.from({ length: 50 }, (_, at) => [`key-${from + at}`, from + at]))
      await append(store, run, { from, to: from + 49, keys })
    }
    const [{ count } = {}] = await database.sql(
      'SELECT count(*)::int AS count FROM xmachines_keys JOIN xmachines_runs ON number = run WHERE id = $1',
      [run.id],
    )
    expect(count).toBeGreaterThanOrEqual(1000)
    expect(count).toBeLessThan(1300)
    for (const sequence of [2001, 2500, 3000]) {
      expect((await store.receipt(run.id, `key-${sequence}`, 0))?.sequence).toBe(sequence)
    }
    expect(await refusalOf(store.receipt(run.id, 'key-1', 0))).toMatchObject({ code: 'UNKNOWN' })
    expect(await store.receipt(run.id, 'key-1', 2990)).toBe(undefined)
  })

  test('more keys than are kept can come at once', async () => {
    const run = tallyRun(2500)
    const keys = new Map(Array.from({ length: 2500 }, (_, at) => [`key-${at + 1}`, at + 1]))
    await append(store, run, { keys })
    expect((await store.receipt(run.id, 'key-1501', 0))?.sequence).toBe(1501)
  })

  test('the keys of answers are kept until their outputs have settled, and not longer', async () => {
    const run = tallyRun(1500)
    const keys = new Map(Array.from({ length: 1500 }, (_, at) => [`${run.id}/${at}`, at + 1]))
    await append(store, run, { keys })
    expect((await store.receipt(run.id, `${run.id}/0`, 0))?.sequence).toBe(1)
    const lease = await store.lease(run.id, { owner: 'one', ttl: 60_000 })
    await lease?.settle(10)
    expect(await refusalOf(store.receipt(run.id, `${run.id}/9`, 0))).toMatchObject({ code: 'UNKNOWN' })
    expect((await store.receipt(run.id, `${run.id}/10`, 0))?.sequence).toBe(11)
    await lease?.release()
  })

  test('runs are listed in pages', async () => {
    const runs = Array.from({ length: 1100 }, () => tallyRun())
    for (const run of runs) await append(store, run)
    const listed = new Set((await readAll(store.list())).map(({ id }) => id))
    expect(runs.filter(({ id }) => !listed.has(id))).toEqual([])
  })

  test.each([
    ['unsettled', 'unsettled', 'xmachines_runs_unsettled'],
    ['machine', "machine_name = 'rare'", 'xmachines_runs_machine'],
  ])('runs by %s are found by an index', async (_what, condition, index) => {
    await database.sql('ANALYZE xmachines_runs')
    const [plan] = await database.sql(
      `EXPLAIN (FORMAT JSON) SELECT id FROM xmachines_runs WHERE number > 0 AND ${condition} ORDER BY number LIMIT 500`,
    )
    expect(JSON.stringify(plan)).toContain(index.replace('xmachines_', database.prefix))
  })

  async function hurt(id: string, statement: string): Promise<void> {
    const [{ number } = {}] = await database.sql('SELECT number::text AS number FROM xmachines_runs WHERE id = $1', [
      id,
    ])
    await database.sql(statement, [number])
  }
})

test.each(['repeatable read', 'serializable'])('a race that is lost in %s isolation is a lost race', async (level) => {
  const database = await openServer()
  const pool = openPool({ options: `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`, max: 8 })
  const store = postgresStore(pool, { prefix: database.prefix })
  const run = tallyRun()
  await append(store, run)
  for (let round = 1; round <= 20; round++) {
    run.in.send(add(round))
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => append(store, run, { from: round })))
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as StoreError] : []))
    expect(lost.map(({ code }) => code)).toEqual(Array.from({ length: 7 }, () => 'MOVED'))
  }
  await pool.end()
  await database.end()
})
