/** A connection that is cut between the commit and its answer: the receipt says that the append was made. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { openShared, recordRun } from '@xmachines/core/store'
import { type PostgresStore, postgresStore } from '@xmachines/postgres'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Database, openPool, openServer } from './databases.ts'
import { add, recordsOf, tally, tallyRun } from './ledgers.ts'

/** A proxy in front of the server. */
interface Proxy {
  readonly port: number
  /** Cuts the connection of the next append: before the server has it, or after it was answered and before we have that. */
  cut(when: 'before' | 'after'): void
  readonly cuts: number
  close(): Promise<void>
}

async function openProxy(): Promise<Proxy> {
  const { host, port } = inject('postgres')
  let due: 'before' | 'after' | undefined
  let cuts = 0
  const sockets = new Set<Socket>()
  const server: Server = createServer((client) => {
    const upstream = connect(port, host)
    /** Whether the answer of this connection is withheld. */
    let isDeaf = false
    sockets.add(client).add(upstream)
    client.on('data', (bytes) => {
      // Only an append carries the records of batches to the server.
      if (due !== undefined && bytes.includes('"events"')) {
        if (due === 'before') {
          due = undefined
          cuts += 1
          client.destroy()
          upstream.destroy()
          return
        }
        due = undefined
        isDeaf = true
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      // `Z` with `I`: the statement is committed, and the server is ready for the next.
      if (isDeaf && bytes.includes(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]))) {
        cuts += 1
        client.destroy()
        upstream.destroy()
        return
      }
      if (!isDeaf) client.write(bytes)
    })
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut: (when) => {
      due = when
    },
    get cuts() {
      return cuts
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('a connection that is cut', () => {
  let database: Database
  let proxy: Proxy
  let pool: pg.Pool
  let store: PostgresStore
  beforeAll(async () => {
    database = await openServer()
    proxy = await openProxy()
    pool = openPool({ port: proxy.port })
    store = postgresStore(pool, { prefix: database.prefix })
  })
  afterAll(async () => {
    await store.close()
    await pool.end()
    await proxy.close()
    await database.end()
  })

  test.each(['before', 'after'] as const)('%s the server commits: each batch is there once', async (when) => {
    const run = tallyRun()
    const recorder = recordRun(run, store)
    await recorder.flush()
    for (let round = 1; round <= 10; round++) {
      const before = proxy.cuts
      proxy.cut(when)
      run.in.send(add(round))
      expect(await recorder.flush()).toBe(round)
      expect(proxy.cuts).toBe(before + 1)
    }
    expect(await recordsOf(await database.open(), run.id)).toEqual(run.toJSON().records)
  })

  test('of a genesis: the run begins once', async () => {
    const run = tallyRun(1)
    proxy.cut('after')
    expect(await recordRun(run, store).flush()).toBe(1)
    expect(await store.head(run.id)).toEqual({ head: run.head, sequence: 1 })
  })

  test('of one who shares a run while another appends equal batches: none is taken for the other', async () => {
    const seed = tallyRun()
    await recordRun(seed, store).flush()
    const [mine, theirs] = [
      await openShared(store, seed.id, tally),
      await openShared(await database.open(), seed.id, tally),
    ]
    for (let round = 1; round <= 10; round++) {
      proxy.cut('after')
      mine.in.send(add(1))
      theirs.in.send(add(1))
      await Promise.all([mine.flush(), theirs.flush()])
    }
    mine.close()
    theirs.close()
    const opened = await openShared(store, seed.id, tally)
    expect(opened.state).toBe(20)
    opened.close()
  })
})
