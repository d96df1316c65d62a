// A store in Postgres: the runs of many servers in one database.

import { followRecords, KEPT_RECEIPTS, type RunStore } from '@xmachines/core/store'
import { changesOf } from './changes.ts'
import { checkClient, connectionOf, type PostgresClient } from './connection.ts'
import { leasesOf } from './lease.ts'
import { checkPrefix, PREFIX } from './prefix.ts'
import { runTables } from './run-tables.ts'
import { SEALED, statementsFor } from './statements.ts'
import { storeWithin } from './store-within.ts'

/** How the database is used. */
export interface PostgresStoreOptions {
  /** What the names of the tables begin with: `xmachines_` unless given. */
  readonly prefix?: string
  /**
   * Whether followers listen for notifications, for which a pool gives one connection: true unless given. If not, they look
   * every `poll` milliseconds. A pooler between this process and the server may not let anybody listen.
   */
  readonly listen?: boolean
  /** Milliseconds after which followers look without having been notified: 1,000 unless given. */
  readonly poll?: number
  /** Whether statements are prepared once a connection: true unless given. Some poolers cannot have that. */
  readonly prepare?: boolean
}

/** A store in Postgres. */
export interface PostgresStore extends RunStore {
  /**
   * The same store within a transaction of the caller: what is appended is there once the caller commits, and is gone if the
   * transaction is rolled back. Leases are not for transactions: `lease` rejects.
   *
   * @param transaction a client of `pg` after `BEGIN`, or what PGlite's `transaction` gives
   */
  within(transaction: PostgresClient): RunStore
  /** Gives back the connection that listens. The client stays open. The store listens again if it is used again. */
  close(): Promise<void>
}

/**
 * A store in Postgres. `createTables` makes its tables.
 *
 * @param client a `Pool` or a `Client` of `pg`, or PGlite. A pool appends to several runs at once, and reconnects
 * @param options the prefix of the tables, and how followers learn of appends
 * @returns the store
 * @throws {TypeError} if the client cannot run queries
 * @throws {RangeError} if an option is out of its range
 *
 * @example
 * ```ts
 * import { PGlite } from '@electric-sql/pglite'
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { recordRun } from '@xmachines/core/store'
 * import { createTables, postgresStore } from '@xmachines/postgres'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const database = new PGlite()
 * await createTables(database)
 * const store = postgresStore(database)
 *
 * const run = createRun(counter)
 * const recorder = recordRun(run, store)
 * run.in.send({ type: 'INC' })
 * console.log(await recorder.flush()) // 1
 * console.log((await store.head(run.id))?.head === run.head) // true
 * await database.close()
 * ```
 */
export function postgresStore(
  client: PostgresClient,
  { prefix = PREFIX, listen = true, poll = 1000, prepare = true }: PostgresStoreOptions = {},
): PostgresStore {
  checkClient(client)
  checkPrefix(prefix)
  if (!(poll >= 1 && poll <= 3_600_000)) throw new RangeError(`poll is ${poll}; give 1 to 3,600,000 milliseconds`)
  const statements = statementsFor(prefix, KEPT_RECEIPTS)
  const connection = connectionOf(client, { prepare, listen })
  const changes = changesOf(connection, statements, poll)
  const leases = leasesOf(connection, statements, changes)
  // A transaction that notifies makes all others that notify wait until it is on disk. So the notification of an append has a
  // transaction of its own, unless there is only one connection, which can do nothing meanwhile.
  const notifies = !connection.isPool
  const tables = runTables(connection, statements, { notifies, groups: true })
  const isSealed = async (id: string): Promise<boolean> => (await tables.head(id))?.successor !== undefined
  return {
    ...tables,
    async append(id, expected, slice, options) {
      changes.tell(id, await tables.append(id, expected, slice, options), notifies ? 'here' : 'everywhere')
    },
    follow: (id, options) => followRecords({ read: tables.read, wait: changes.wait, isSealed }, id, options),
    async seal(...given) {
      await tables.seal(...given)
      changes.tell(given[0], SEALED, 'everywhere')
    },
    lease: leases.take,
    untilFree: leases.untilFree,
    within(transaction) {
      checkClient(transaction)
      const connection = connectionOf(transaction, { prepare, listen: false, isWithin: true })
      return storeWithin(runTables(connection, statements, { notifies: true, groups: false }))
    },
    close: () => changes.close(),
  }
}
