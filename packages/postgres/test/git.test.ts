/** A run goes from Postgres to a Git repository and back, under the same id and head. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRun, type RunDocument, restoreRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { openShared, recordRun } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { createTables } from '@xmachines/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, kinds } from './databases.ts'
import { add, recordsOf, type TallyEvent, type TallyRun, tally } from './ledgers.ts'

const folder = mkdtempSync(join(tmpdir(), 'xmachines-postgres-git-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(kinds)('in %s', (kind, openDatabase) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database.end())

  test.each(['sha1', 'sha256'] as const)('a run of %s', async (name) => {
    const format = name === 'sha256' ? sha256 : undefined
    const store = await database.open()
    const run = createRun(tally, format === undefined ? {} : { format })
    const recorder = recordRun(run, store)
    for (let value = 1; value <= 200; value++) run.in.send([add(value, '\u{1f600}\0'), add(-value)])
    await recorder.stop()

    // From Postgres to Git.
    const records = await recordsOf(store, run.id)
    const document = restoreRun(tally, records as never, { ...(format && { format }), head: run.head }).toJSON()
    const directory = join(folder, `${kind.replaceAll(' ', '-')}-${name}.git`)
    const repository = await openRepository(directory, { create: true, format: name })
    const imported = await repository.import(document, { machine: tally })
    expect(imported).toMatchObject({ id: run.id, head: run.head })
    const { status, stdout } = spawnSync('git', ['-C', directory, 'fsck', '--strict', '--full'], { encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, ''])
    const ref = spawnSync('git', ['-C', directory, 'rev-parse', `refs/runs/tally/${run.id}`], { encoding: 'utf8' })
    expect(ref.stdout.trim()).toBe(run.head)

    // It goes on in Git, and back into Postgres, where the rest is appended.
    const opened = await repository.open(tally, run.id)
    opened.in.send(add(7))
    await repository.record(opened).stop()
    const exported = await repository.export(run.id, { machine: tally })
    await repository.close()
    const restored = (): TallyRun =>
      restoreRun(tally, exported as RunDocument<TallyEvent>, { ...(format && { format }) })
    const back = restored()
    expect(await recordRun(back, store).stop()).toBe(201)
    expect(await store.head(run.id)).toEqual({ head: opened.head, sequence: 201 })

    // And into a database that does not have it.
    const prefix = `${database.prefix}${name}_`
    await createTables(database.client, { prefix })
    const other = await database.open({ prefix })
    await recordRun(restored(), other).stop()
    const shared = await openShared(other, run.id, tally, format === undefined ? {} : { format })
    expect([shared.id, shared.head, shared.state]).toEqual([run.id, opened.head, 7])
    shared.close()
    // No old output is handled again.
    const lease = await other.lease(run.id, { owner: 'one', ttl: 60_000 })
    expect(lease?.settled).toBe(401)
    await lease?.release()
  })
})
