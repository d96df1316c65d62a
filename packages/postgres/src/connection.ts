// What the store needs of a database, and how it gets that from `pg` and from PGlite.

import { storeProblem } from './store-problem.ts'

/**
 * What runs SQL: a `Pool` or a `Client` of `pg`, PGlite, or a transaction of PGlite. It belongs to the caller, who connects
 * and ends it.
 */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** A statement, and what it returns. */
export interface Statement<Row> {
  readonly text: string
  /** Never there: it tells the compiler of the rows. */
  readonly row?: Row
}

/** A value that both drivers send as text. */
export type Value = string | number | null

/** A database, as the store uses it. */
export interface Connection {
  /** Whether statements run at the same time, so that a notification need not wait with the append that it is about. */
  readonly isPool: boolean
  /**
   * Runs one statement.
   * @throws {StoreError} `UNAVAILABLE`, or `ABORTED` within a transaction, with what the driver threw as its cause
   */
  run<Row>(statement: Statement<Row>, values: readonly Value[]): Promise<readonly Row[]>
  /**
   * Listens to a channel. Undefined if this connection cannot.
   * @param heard is called with the text of each notification
   * @param ended is called if the connection is lost
   * @returns what stops it
   */
  readonly listen?: (
    channel: string,
    heard: (text: string) => void,
    ended: () => void,
  ) => Promise<() => void | Promise<void>>
}

/** How a client is used. */
export interface ConnectionOptions {
  /** Whether statements are prepared once a connection. Only `pg` can. */
  readonly prepare: boolean
  readonly listen: boolean
  /** Whether the client is in a transaction of the caller. */
  readonly isWithin?: boolean
}

/** The members of a `Pool` or `Client` of `pg` that are used here. */
interface PgClient {
  query(config: {
    name?: string
    text: string
    values: readonly Value[]
  }): Promise<{ readonly rows: readonly unknown[] }>
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  removeListener(event: string, listener: (...values: never[]) => void): unknown
}

interface PgPool {
  readonly options?: { readonly max?: number }
  connect(
    connected: (error: Error | undefined, client: PgClient | undefined, release: (destroy?: boolean) => void) => void,
  ): unknown
}

/** The member of PGlite that is used here. */
interface PgliteListener {
  listen(channel: string, heard: (text: string) => void): Promise<() => Promise<void>>
}

/** Adapts a client of the caller. */
export function connectionOf(client: PostgresClient, { prepare, listen, isWithin }: ConnectionOptions): Connection {
  const isPglite = hasMethod(client, 'exec')
  const isPool = !isPglite && hasMethod(client, 'connect') && 'totalCount' in client

  /** The statement before. A pool needs no order, and one connection takes one statement at a time. */
  let last: Promise<unknown> = Promise.resolve()

  function run<Row>(statement: Statement<Row>, values: readonly Value[]): Promise<readonly Row[]> {
    if (isPool) return query(statement, values)
    const answer = last.then(() => query(statement, values))
    last = answer.catch(() => undefined)
    return answer
  }

  async function query<Row>({ text }: Statement<Row>, values: readonly Value[]): Promise<readonly Row[]> {
    try {
      // PGlite has no named statements, and `pg` takes them only in this form.
      const { rows } = isPglite
        ? await client.query(text, [...values])
        : await (client as unknown as PgClient).query({ ...(prepare && { name: nameOf(text) }), text, values })
      return rows as readonly Row[]
    } catch (thrown) {
      throw storeProblem(thrown, isWithin)
    }
  }

  const listener = isPglite
    ? hasMethod(client, 'listen') && listenInPglite(client as unknown as PgliteListener)
    : isPool
      ? listenInPool(client as unknown as PgPool)
      : hasMethod(client, 'on') && listenInClient(client as unknown as PgClient)
  return { isPool, run, ...(listen && listener && { listen: listener }) }
}

/** @throws {TypeError} if it is not a client */
export function checkClient(client: PostgresClient): void {
  if (typeof client === 'object' && client !== null && hasMethod(client, 'query')) return
  throw new TypeError(
    `the client is ${client === null ? 'null' : typeof client}, and has no query(): give a Pool or a Client of pg, or PGlite`,
  )
}

function listenInPglite(client: PgliteListener): NonNullable<Connection['listen']> {
  return (channel, heard) => client.listen(channel, heard)
}

function listenInClient(client: PgClient): NonNullable<Connection['listen']> {
  return async (channel, heard, ended) => {
    const stop = attach(client, channel, heard, ended)
    try {
      await client.query({ text: `LISTEN ${channel}`, values: [] })
    } catch (thrown) {
      stop()
      throw thrown
    }
    return async () => {
      stop()
      await client.query({ text: `UNLISTEN ${channel}`, values: [] })
    }
  }
}

function listenInPool(pool: PgPool): Connection['listen'] {
  // The only connection of a pool is needed for statements.
  if (pool.options?.max === 1) return undefined
  return async (channel, heard, ended) => {
    const { client, release } = await checkOut(pool)
    const stop = attach(client, channel, heard, ended)
    try {
      await client.query({ text: `LISTEN ${channel}`, values: [] })
    } catch (thrown) {
      stop()
      release(true)
      throw thrown
    }
    return () => {
      stop()
      // Nobody else gets a connection that listens.
      release(true)
    }
  }
}

/** Takes a connection from a pool. It is guarded before a promise could resolve: the server may end it in that moment. */
function checkOut(pool: PgPool): Promise<{ readonly client: PgClient; readonly release: (destroy: boolean) => void }> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client, release) => {
      if (client === undefined) return reject(error)
      guard(client)
      resolve({ client, release })
    })
  })
}

const guarded = new WeakSet<PgClient>()

/** Has the errors of a connection end nothing: an error that nobody listens to ends the process. */
function guard(client: PgClient): void {
  if (!guarded.has(client)) client.on('error', () => undefined)
  guarded.add(client)
}

/** Calls `heard` and `ended`; returns what stops this. */
function attach(client: PgClient, channel: string, heard: (text: string) => void, ended: () => void): () => void {
  const onNotification = (message: { channel?: string; payload?: string | undefined }): void => {
    if (message.channel === channel) heard(message.payload ?? '')
  }
  guard(client)
  client.on('notification', onNotification)
  client.on('error', ended)
  client.on('end', ended)
  return () => {
    client.removeListener('notification', onNotification)
    client.removeListener('error', ended)
    client.removeListener('end', ended)
  }
}

function hasMethod(client: object, name: string): boolean {
  return typeof (client as Readonly<Record<string, unknown>>)[name] === 'function'
}

const names = new Map<string, string>()

/** A name for a text: the same text has the same name in every copy of this package, and another text has another. */
function nameOf(text: string): string {
  let name = names.get(text)
  if (name === undefined) {
    // FNV-1a, twice, from two ends.
    let [one, two] = [0x811c9dc5, 0x811c9dc5]
    for (let at = 0; at < text.length; at++) {
      one = Math.imul(one ^ text.charCodeAt(at), 0x01000193)
      two = Math.imul(two ^ text.charCodeAt(text.length - 1 - at), 0x01000193)
    }
    name = `xmachines_${(one >>> 0).toString(36)}_${(two >>> 0).toString(36)}`
    names.set(text, name)
  }
  return name
}
