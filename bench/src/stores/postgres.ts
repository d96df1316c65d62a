// Postgres: a real server with its data on disk and fsync on, beside plain statements of `pg` on the same pool.

import { createTables, postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { startPostgres } from '../../../scripts/postgres.ts'
import type { Stage } from './stage.ts'

/** How many connections a pool has. */
const CONNECTIONS = 32

/** Starts a server, with our tables and a bare one. */
export async function openPostgres(): Promise<Stage> {
  const { host, port, user, database, stop } = await startPostgres()
  const [pool, another] = [0, 1].map(() => new pg.Pool({ host, port, user, database, max: CONNECTIONS })) as [
    pg.Pool,
    pg.Pool,
  ]
  // Connections that are idle end with the server.
  for (const each of [pool, another]) each.on('error', () => undefined)
  await createTables(pool)
  await pool.query(`CREATE TABLE bare (list text, sequence bigint, record json NOT NULL, PRIMARY KEY (list, sequence));
CREATE TABLE bare_lists (list text PRIMARY KEY, due boolean NOT NULL);
CREATE INDEX ON bare_lists (list) WHERE due`)
  const [store, other] = [postgresStore(pool), postgresStore(another)]
  const insert = 'INSERT INTO bare (list, sequence, record) VALUES ($1, $2, $3)'
  return {
    store,
    other,
    bare: {
      names: { insert: 'bare insert', select: 'bare select', listen: 'bare insert, notify and listen' },
      async append(list, sequence, record) {
        await pool.query({ name: 'bare-insert', text: insert, values: [list, sequence, record] })
      },
      async appendAll(list, records) {
        const text = `INSERT INTO bare SELECT $1, at - 1, record
FROM json_array_elements($2::json) WITH ORDINALITY AS given (record, at)`
        await pool.query(text, [list, `[${records.join()}]`])
      },
      async readAll(list) {
        const text = 'SELECT record FROM bare WHERE list = $1 ORDER BY sequence'
        const { rows } = await pool.query<{ record: unknown }>({ name: 'bare-select', text, values: [list] })
        return rows.length
      },
      async listen(heard) {
        const client = await another.connect()
        client.on('notification', heard)
        await client.query('LISTEN bare')
        return async () => {
          client.off('notification', heard)
          await client.query('UNLISTEN bare')
          client.release()
        }
      },
      async appendAndTell(list, sequence, record) {
        const text = `WITH added AS (${insert} RETURNING list) SELECT pg_notify('bare', list) FROM added`
        await pool.query({ name: 'bare-notify', text, values: [list, sequence, record] })
      },
      async listUnsettled() {
        const { rows } = await pool.query('SELECT list FROM bare_lists WHERE due ORDER BY list')
        return rows.length
      },
    },
    async addRuns(count, unsettled) {
      const last = count - unsettled
      await pool.query(
        `INSERT INTO xmachines_runs (id, head, sequence, machine_name, machine_version, position, settled)
SELECT 'run ' || at, 'head ' || at, 1, 'listed', '1', 1, CASE WHEN at <= $2::int THEN 1 ELSE 0 END
FROM generate_series(1, $1::int) AS at`,
        [count, last],
      )
      await pool.query(
        `INSERT INTO bare_lists SELECT 'list ' || at, at > $2::int FROM generate_series(1, $1::int) AS at`,
        [count, last],
      )
      await pool.query('ANALYZE')
    },
    async end() {
      await Promise.all([store.close(), other.close()])
      await Promise.all([pool.end(), another.end()])
      await stop()
    },
  }
}
