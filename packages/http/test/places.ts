/** Places that keep runs, for tests: each may be opened several times, as by several servers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, type RunStore } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { createTables, postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { startPostgres } from '../../../scripts/postgres.ts'

/** What keeps the runs where other processes find them. */
export type Kind = 'git' | 'postgres'

/** A place that keeps runs. */
export interface Place {
  /** Says to any process where it is. */
  readonly where: string
  end(): Promise<void>
}

/** A store that is opened at a place. */
export interface OpenStore {
  readonly store: RunStore
  close(): Promise<void>
}

/** Makes a place. */
export async function makePlace(kind: Kind): Promise<Place> {
  if (kind === 'postgres') {
    const server = await startPostgres()
    const { host, port, user, database } = server
    const config = { host, port, user, database }
    const pool = new pg.Pool(config)
    await createTables(pool)
    await pool.end()
    return { where: JSON.stringify(config), end: () => server.stop() }
  }
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-http-'))
  const where = join(folder, 'runs.git')
  await (await openRepository(where, { create: true })).close()
  return { where, end: async () => rmSync(folder, { recursive: true, force: true }) }
}

/** Opens the store of a place. */
export async function openAt(kind: Kind, where: string): Promise<OpenStore> {
  if (kind === 'git') {
    const repository = await openRepository(where)
    return { store: repository.store, close: () => repository.close() }
  }
  const pool = new pg.Pool(JSON.parse(where) as pg.PoolConfig)
  // Connections that are idle end with the server.
  pool.on('error', () => undefined)
  const store = postgresStore(pool)
  return {
    store,
    async close() {
      await store.close()
      await pool.end()
    },
  }
}

/** Two stores of one place, as two servers have them. In memory, they are the same. */
export async function openTwo(
  kind: Kind | 'memory',
): Promise<{ readonly stores: readonly [RunStore, RunStore]; end(): Promise<void> }> {
  if (kind === 'memory') {
    const store = memoryStore()
    return { stores: [store, store], end: async () => undefined }
  }
  const { where, end } = await makePlace(kind)
  const [one, other] = [await openAt(kind, where), await openAt(kind, where)]
  return {
    stores: [one.store, other.store],
    async end() {
      await Promise.all([one.close(), other.close()])
      await end()
    },
  }
}
