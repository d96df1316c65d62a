/** Databases for the tests: PGlite in this process, and the real server. Each has tables of its own. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import type { RunStore } from '@xmachines/core/store'
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
  /** Has nothing that a store asks for reach the database any more. */
  crash(store: RunStore): Promise<void>
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  end(): Promise<void>
}

/** Part of the names of a test file on the server. The id of a process would not do: it is given again after a while. */
export const unique: string = randomBytes(4).toString('hex')

let count = 0

/** The tables of each test file have names of their own. */
function newPrefix(): string {
  return `t${unique}_${++count}_`
}

/** A pool on the real server. */
export function openPool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ ...inject('postgres'), max: 4, ...options })
  // Connections that are idle are lost when the server is killed.
  pool.on('error', () => undefined)
  return pool
}

/** An empty PGlite. */
export function startPglite(): PGlite {
  // A copy of what the setup made: to make another takes four times as long.
  return new PGlite({ loadDataDir: new Blob([readFileSync(inject('emptyPglite'))]) })
}

/** PGlite, with the tables. */
export async function openPglite(): Promise<Database> {
  const client = startPglite()
  const prefix = newPrefix()
  await createTables(client, { prefix })
  const crashed = new Set<RunStore>()
  return database(client, prefix, {
    async open(options) {
      const query: PGlite['query'] = (...given) =>
        crashed.has(store) ? Promise.reject(new Error('the connection failed')) : client.query(...given)
      const members = { exec: client.exec.bind(client), listen: client.listen.bind(client), query }
      const store = postgresStore(members, { prefix, ...options })
      return store
    },
    crash: async (store) => void crashed.add(store),
    end: () => client.close(),
  })
}

/** The real server. */
export async function openServer(): Promise<Database> {
  const prefix = newPrefix()
  const pools = [openPool()]
  const [client] = pools as [pg.Pool]
  await createTables(client, { prefix })
  const stores = new Map<RunStore, { readonly store: PostgresStore; readonly pool: pg.Pool }>()
  return database(client, prefix, {
    async open(options) {
      const pool = openPool()
      pools.push(pool)
      const store = postgresStore(pool, { prefix, ...options })
      stores.set(store, { store, pool })
      return store
    },
    async crash(store) {
      await stores.get(store)?.pool.end()
    },
    async end() {
      await Promise.all(Array.from(stores.values(), ({ store }) => store.close()))
      await Promise.all(pools.filter(({ ended }) => !ended).map((pool) => pool.end()))
    },
  })
}

function database(client: PostgresClient, prefix: string, members: Pick<Database, 'open' | 'crash' | 'end'>): Database {
  return {
    prefix,
    client,
    ...members,
    sql: async (text, values) =>
      (await client.query(text.replaceAll('xmachines_', prefix), values)).rows as Record<string, unknown>[],
  }
}

/** Both kinds. */
export const kinds: [string, () => Promise<Database>][] = [
  ['PGlite', openPglite],
  ['a Postgres server', openServer],
]
