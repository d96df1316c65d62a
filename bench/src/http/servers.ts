// Servers for the rows of `pnpm bench:http`: ours over a Git repository, and what a user would write instead.

import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memoryStore, type RunStore } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { nodeListener, serveNode } from '@xmachines/http/node'
import { createHandler, openHost } from '@xmachines/http/server'
import { createTables, postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { startPostgres } from '../../../scripts/postgres.ts'
import { counter } from './counter.ts'

/** A server that listens. */
export interface Stage {
  readonly port: number
  end(): Promise<void>
}

/** What keeps the runs of ours. */
export type Kept = 'memory' | 'Git' | 'Postgres'

/** Ours, over a store. Git and Postgres sync what they acknowledge. */
export async function openOurs(kept: Kept): Promise<Stage> {
  const { store, end } = await openStore[kept]()
  const host = openHost(store, [counter])
  return await listen(serveNode(createHandler(host)), async () => {
    await host.close()
    await end()
  })
}

/** Ours over Git, below `/api`, beside a page and a bare number at `/bare`: each `POST` counts up and is told to all who follow. */
export async function openSite(script: string): Promise<Stage> {
  const { store, end } = await openStore.Git()
  const host = openHost(store, [counter])
  const answerRun = nodeListener(createHandler(host, { base: '/api' }))
  const following = new Set<ServerResponse>()
  let count = 0
  const server = createServer((message, answer) => {
    const { url = '/', method } = message
    if (url.startsWith('/api/')) return answerRun(message, answer)
    if (url === '/page.js') return void answer.setHeader('content-type', 'text/javascript').end(script)
    if (url !== '/bare')
      return void answer
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><title>Clicks</title><script type="module" src="/page.js"></script>')
    if (method === 'GET') {
      answer.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      following.add(answer)
      answer.on('close', () => following.delete(answer))
      return
    }
    count += 1
    for (const one of following) one.write(`data: ${count}\n\n`)
    answer.writeHead(204).end()
  })
  return await listen(server, async () => {
    await host.close()
    await end()
  })
}

interface Opened {
  readonly store: RunStore
  end(): Promise<void>
}

const openStore: Readonly<Record<Kept, () => Promise<Opened>>> = {
  memory: async () => ({ store: memoryStore(), end: async () => undefined }),
  async Git() {
    const folder = mkdtempSync(join(tmpdir(), 'xmachines-bench-http-'))
    const repository = await openRepository(join(folder, 'runs.git'), { create: true })
    return {
      store: repository.store,
      async end() {
        await repository.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
  async Postgres() {
    const { host, port, user, database, stop } = await startPostgres()
    const pool = new pg.Pool({ host, port, user, database, max: 32 })
    // Connections that are idle end with the server.
    pool.on('error', () => undefined)
    await createTables(pool)
    const store = postgresStore(pool)
    return {
      store,
      async end() {
        await store.close()
        await pool.end()
        await stop()
      },
    }
  },
}

/** A server that inserts each body into SQLite, which syncs each insert, and answers with its number. */
export async function openSqlite(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-bench-sqlite-'))
  const database = new DatabaseSync(join(folder, 'events.sqlite'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE events (sequence INTEGER PRIMARY KEY, run TEXT NOT NULL, event TEXT NOT NULL)')
  const insert = database.prepare('INSERT INTO events (run, event) VALUES (?, ?)')
  const server = bareServer((event, url) => {
    const { lastInsertRowid } = insert.run(url, event)
    return { sequence: Number(lastInsertRowid), event: JSON.parse(event) as unknown }
  })
  return await listen(server, async () => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })
}

/** A server that gives each body back. */
export async function openEcho(): Promise<Stage> {
  const server = bareServer((event) => JSON.parse(event) as unknown)
  return await listen(server, async () => undefined)
}

function bareServer(answerTo: (body: string, url: string) => unknown): Server {
  return createServer((message, answer) => {
    bodyOf(message).then(
      (body) => {
        answer.setHeader('content-type', 'application/json')
        answer.end(JSON.stringify(answerTo(body, message.url ?? '')))
      },
      () => answer.destroy(),
    )
  })
}

/** A server that writes bare server-sent events to all who have asked, when it is told to. */
export async function openBareEvents(): Promise<Stage & { tell(frame: string): void }> {
  const open = new Set<ServerResponse>()
  const server = createServer((_message, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' })
    answer.flushHeaders()
    open.add(answer)
    answer.on('close', () => open.delete(answer))
  })
  const stage = await listen(server, async () => undefined)
  return {
    ...stage,
    tell(frame) {
      for (const answer of open) answer.write(frame)
    },
  }
}

async function listen(server: Server, end: () => Promise<void>): Promise<Stage> {
  // No connection is closed between two rounds.
  server.keepAliveTimeout = 600_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async end() {
      server.closeAllConnections()
      server.close()
      await end()
    },
  }
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message) text += String(chunk)
  return text
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

/** Sends a request on a connection that is kept, and gives the body of its answer. */
export function ask(port: number, method: string, path: string, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      bodyOf(answer).then((text) => {
        if ((answer.statusCode ?? 500) < 300) resolve(text)
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))
      }, reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
