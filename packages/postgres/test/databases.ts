/** Databases for the tests: PGlite in this process, and the real server. Each has tables of its own. */
import { PGlite } from '@electric-sql/pglite'
import {
  createTables,
  type PostgresClient,
  type PostgresStore,
  type PostgresStoreOptions,
  postgresStore,
} from '@xmachines/postgres'
import pg from 'pg'
import { inject } from 'vitest'

/** A database with the tables. */
export interface Database {
  /** The prefix of its tables. */
  readonly prefix: string
  readonly client: PostgresClient
  /** A store with a connection of its own where there can be one, as another process would have. */
  open(options?: PostgresStoreOptions): Promise<PostgresStore>
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  end(): Promise<void>
}

let count = 0

/** The tables of each test file have names of their own. */
function newPrefix(): string {
  return `t${process.pid}_${++count}_`
}

/** A pool on the real server. */
export function openPool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ ...inject('postgres'), max: 4, ...options })
  // Connections that are idle are lost when the server is killed.
  pool.on('error', () => undefined)
  return pool
}

/** PGlite. */
export async function openPglite(): Promise<Database> {
  const client = new PGlite()
  const prefix = newPrefix()
  await createTables(client, { prefix })
  return database(
    client,
    prefix,
    async (options) => postgresStore(client, { prefix, ...options }),
    () => client.close(),
  )
}

/** The real server. */
export async function openServer(): Promise<Database> {
  const prefix = newPrefix()
  const pools = [openPool()]
  const [client] = pools as [pg.Pool]
  await createTables(client, { prefix })
  const stores: PostgresStore[] = []
  return database(
    client,
    prefix,
    async (options) => {
      const pool = openPool()
      pools.push(pool)
      const store = postgresStore(pool, { prefix, ...options })
      stores.push(store)
      return store
    },
    async () => {
      await Promise.all(stores.map((store) => store.close()))
      await Promise.all(pools.map((pool) => pool.end()))
    },
  )
}

function database(client: PostgresClient, prefix: string, open: Database['open'], end: () => Promise<void>): Database {
  return {
    prefix,
    client,
    open,
    sql: async (text, values) =>
      (await client.query(text.replaceAll('xmachines_', prefix), values)).rows as Record<string, unknown>[],
    end,
  }
}

/** Both kinds. */
export const kinds: [string, () => Promise<Database>][] = [
  ['PGlite', openPglite],
  ['a Postgres server', openServer],
]
