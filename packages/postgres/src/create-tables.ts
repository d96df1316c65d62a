// Makes the tables.

import { StoreError } from '@xmachines/core/store'
import { checkClient, type PostgresClient } from './connection.ts'
import { checkPrefix, PREFIX } from './prefix.ts'
import { SCHEMA_VERSION, schema } from './schema.ts'
import { storeProblem } from './store-problem.ts'

/** Which tables are made. */
export interface CreateTablesOptions {
  /** What their names begin with: `xmachines_` unless given. */
  readonly prefix?: string
}

/** Any number, the same in every process: who makes tables at the same moment waits. */
const LOCK = 7_261_042_117

/**
 * Makes the tables of the store, all or none. If they are there, nothing changes; several processes may call it at once.
 *
 * @param client a `Pool` or a `Client` of `pg`, or PGlite, whose user may create tables
 * @param options the prefix of their names
 * @throws {StoreError} `UNAVAILABLE` if Postgres refuses, or if a later version of the package made the tables
 * @throws {RangeError} if the prefix cannot be part of a name
 */
export async function createTables(
  client: PostgresClient,
  { prefix = PREFIX }: CreateTablesOptions = {},
): Promise<void> {
  checkClient(client)
  checkPrefix(prefix)
  const named = (sql: string): string => sql.replaceAll(PREFIX, prefix)
  const version = await act(async () => {
    // Tables that are there are left alone: to make them again, even without a change, waits for all who write, and whoever
    // comes then waits behind it.
    const found = await readVersion()
    if (found >= SCHEMA_VERSION) return found
    // Several statements in one text are one transaction.
    const text = `SELECT pg_advisory_xact_lock(${LOCK});\n${named(schema)}`
    const { exec } = client as { readonly exec?: (text: string) => Promise<unknown> }
    await (exec === undefined ? client.query(text) : exec.call(client, text))
    return await readVersion()
  })

  /** The version of the tables; 0 if there are none. */
  async function readVersion(): Promise<number> {
    const made = await client.query(named(`SELECT to_regclass('${PREFIX}schema') IS NOT NULL AS made`))
    if (!(made.rows[0] as { readonly made: boolean }).made) return 0
    const { rows } = await client.query(named(`SELECT max(version) AS version FROM ${PREFIX}schema`))
    return Number((rows[0] as { readonly version: unknown }).version)
  }

  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      'UNAVAILABLE',
      `the tables ${prefix}… have version ${version}, and this package knows ${SCHEMA_VERSION}: update @xmachines/postgres`,
    )
  }
}

async function act<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (thrown) {
    throw storeProblem(thrown)
  }
}
