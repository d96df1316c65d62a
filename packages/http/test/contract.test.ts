/** What holds over HTTP whatever keeps the runs, and whether requests come through a server of Node or are handed to the handler. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { restoreRun } from '@xmachines/core'
import { memoryStore, type RunStore } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { serveNode } from '@xmachines/http/node'
import { createHandler, type Host, HostError, hosted, openHost, type WireSnapshot } from '@xmachines/http/server'
import { createTables, postgresStore } from '@xmachines/postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type CallOptions, JSON_BODY, problemIn, snapshotIn } from './calls.ts'
import { sseEvents } from './frames.ts'
import { listen } from './listen.ts'
import { newTill, order, paid, type Till, taken, till } from './machines.ts'
import { PATIENT } from './patient.ts'
import { quiet } from './quiet.ts'

quiet()

interface Kept {
  /** A handle on the same runs, as another process would have. */
  readonly open: () => Promise<RunStore>
  readonly end: () => Promise<void>
}

const stores: [string, () => Promise<Kept>][] = [
  [
    'memory',
    async () => {
      const store = memoryStore()
      return { open: async () => store, end: async () => undefined }
    },
  ],
  [
    'a Git repository',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'xmachines-http-'))
      const directory = join(folder, 'runs.git')
      const opened = [await openRepository(directory, { create: true })]
      return {
        async open() {
          const repository = await openRepository(directory)
          opened.push(repository)
          return repository.store
        },
        async end() {
          for (const repository of opened) await repository.close()
          rmSync(folder, { recursive: true, force: true })
        },
      }
    },
  ],
  [
    'Postgres',
    async () => {
      const client = new PGlite()
      await createTables(client)
      return { open: async () => postgresStore(client), end: () => client.close() }
    },
  ],
]

interface Ask {
  (method: string, path: string, options?: CallOptions): Promise<Response>
  /** The host of the server, which apps have beside the handler. */
  readonly host: Host
}

/** Tries again while the run keeps moving. */
async function untilDone<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act()
    } catch (thrown) {
      if (!(thrown instanceof HostError && thrown.code === 'BUSY')) throw thrown
    }
  }
}

const ways = ['handed over', 'through a server of Node'] as const

describe.each(stores)('runs in %s', (_title, keep) => {
  let kept: Kept
  beforeAll(async () => {
    kept = await keep()
  })
  afterAll(() => kept.end())

  describe.each(ways)('with requests %s', (way) => {
    /** A server of its own. */
    async function serve(): Promise<Ask> {
      const charge = hosted(order, {
        outputs: { charge: async (_output, { key }) => ({ type: 'PAID', by: key }) },
      })
      const host = openHost(await kept.open(), [till, newTill, charge])
      const handler = createHandler(host, PATIENT)
      onTestFinished(() => host.close())
      if (way === 'handed over') {
        const ask = (method: string, path: string, options: CallOptions = {}) =>
          handler(new Request(`http://runs.example${path}`, { method, ...options }))
        return Object.assign(ask, { host })
      }
      const url = await listen(serveNode(handler))
      const ask = (method: string, path: string, options: CallOptions = {}) =>
        fetch(`${url}${path}`, { method, redirect: 'manual', ...options })
      return Object.assign(ask, { host })
    }

    async function created(ask: Ask, machine = 'till@1'): Promise<string> {
      const response = await ask('POST', `/m/${machine}`)
      expect(response.status).toBe(201)
      return (await snapshotIn(response)).run
    }

    const patch = (ask: Ask, id: string, event: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      ask('PATCH', `/r/${id}`, { headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(event) })

    test('batches are applied, each once, in one order', async () => {
      const ask = await serve()
      const id = await created(ask)
      const responses = await Promise.all(Array.from({ length: 64 }, () => patch(ask, id, paid(1))))
      const snapshots = await Promise.all(responses.map(snapshotIn))
      expect(snapshots.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 64 }, (_, at) => at + 1),
      )
      for (const { sequence, state } of snapshots) expect(state.cents).toBe(sequence)
    })

    test('two servers apply each key once, refuse what does not fit, and end at one head', async () => {
      const servers = [await serve(), await serve()] as const
      const id = await created(servers[0])
      const responses = await Promise.all(
        Array.from({ length: 60 }, (_, at) =>
          patch(servers[at % 2 === 0 ? 0 : 1], id, at % 3 === 0 ? taken(5) : paid(1), {
            'idempotency-key': `key-${at % 40}-${at % 3}`,
          }),
        ),
      )
      let applied = 0
      for (const response of responses) {
        if (response.status === 200) applied += response.headers.has('idempotency-replayed') ? 0 : 1
        else expect((await problemIn(response)).code).toBe('REFUSED')
      }
      const known = { headers: { 'known-sequence': String(applied) } }
      const shown = await Promise.all(servers.map(async (ask) => await snapshotIn(await ask('GET', `/r/${id}`, known))))
      expect(shown[0]).toEqual(shown[1])
      expect(shown[0]?.sequence).toBe(applied)
    })

    test('a key is answered as the first time by a server that opens the run anew', async () => {
      const headers = { 'idempotency-key': 'a' }
      const one = await serve()
      const id = await created(one)
      const first = await patch(one, id, paid(1), headers)
      await patch(one, id, paid(2))
      const again = await patch(await serve(), id, paid(1), headers)
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
      expect(await snapshotIn(again)).toEqual(await snapshotIn(first))
    })

    test('of two that expect one head, one is applied', async () => {
      const servers = [await serve(), await serve()]
      const id = await created(servers[0] as Ask)
      const statuses = await Promise.all(
        servers.map(async (ask) => (await patch(ask, id, paid(1), { 'if-match': `"${id}"` })).status),
      )
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 412])
    })

    test('followers of both servers see each record once, and the snapshots of the latest', async () => {
      const servers = [await serve(), await serve()] as const
      const id = await created(servers[0])
      const records = await Promise.all(servers.map((ask) => ask('GET', `/r/${id}/history?offset=-1&live=sse`)))
      const snapshots = sseEvents(await servers[1]('GET', `/r/${id}`, { headers: { accept: 'text/event-stream' } }))
      for (let at = 0; at < 5; at++) await patch(servers[at % 2 === 0 ? 0 : 1], id, paid(1))
      await patch(servers[0], id, { type: 'CLOSED' })
      for (const response of records) {
        const events = sseEvents(response)
        const seen: unknown[] = []
        for (let event = await events.next(); event !== undefined; event = await events.next()) {
          if (event.event === 'data') seen.push(...event.data)
        }
        expect(restoreRun(till, seen as never)).toMatchObject({ id, state: { at: 'closed', cents: 5 } })
      }
      let last = -1
      for (let event = await snapshots.next(); event?.event === 'snapshot'; event = await snapshots.next()) {
        expect(event.data.sequence).toBeGreaterThan(last)
        last = event.data.sequence
      }
      expect(last).toBe(6)
    })

    test('outputs are handled once, by one of two servers', async () => {
      const servers = [await serve(), await serve()] as const
      const id = await created(servers[0], 'order@1.0')
      for (let at = 0; at < 4; at++) await patch(servers[at % 2 === 0 ? 0 : 1], id, { type: 'PAY', cents: at })
      await expect
        .poll(async () => (await (await servers[0]('GET', `/r/${id}`)).json()) as unknown, { timeout: 30_000 })
        .toMatchObject({ state: { asked: 4, paid: Array.from({ length: 4 }, (_, at) => `${id}/${at}`) } })
    })

    test('a run that has a successor takes no more at any server, and leads there, also after a restart', async () => {
      const servers = [await serve(), await serve()] as const
      const id = await created(servers[0])
      await patch(servers[1], id, paid(1))
      // Every batch that is acknowledged while the successor is made is one that it came from.
      const writing = Array.from({ length: 12 }, (_, at) => patch(servers[at % 2 === 0 ? 0 : 1], id, paid(1)))
      const given = await Promise.all(
        servers.map(({ host }) =>
          untilDone(() => host.succeed(id, newTill, ({ state }: WireSnapshot<Till>) => ({ euros: state.cents }))),
        ),
      )
      const [successor] = given.map(({ snapshot }) => snapshot)
      expect(given.map(({ snapshot }) => snapshot.run)).toEqual([successor?.run, successor?.run])
      const statuses = (await Promise.all(writing)).map(({ status }) => status)
      expect(new Set([...statuses, 200, 308])).toEqual(new Set([200, 308]))
      const acknowledged = statuses.filter((status) => status === 200).length
      expect(successor).toMatchObject({ state: { euros: 1 + acknowledged }, sequence: 0 })
      const location = `/r/${successor?.run}`
      for (const ask of [...servers, await serve()]) {
        const answers = [
          await patch(ask, id, paid(1)),
          await ask('GET', `/r/${id}`),
          await ask('HEAD', `/r/${id}`),
          await ask('GET', `/r/${id}/history`),
        ]
        expect(answers.map(({ status }) => status)).toEqual([308, 308, 308, 308])
        const places = [location, location, location, `${location}/history`]
        expect(answers.map(({ headers }) => headers.get('location'))).toEqual(places)
        expect(await problemIn(answers[0] as Response)).toMatchObject({ code: 'SUCCEEDED', successor: successor?.run })
      }
      expect((await patch(servers[1], successor?.run ?? '', { type: 'EARNED', euros: 1 })).status).toBe(200)
    })

    test('a document is taken once, and goes on', async () => {
      const ask = await serve()
      const id = await created(ask)
      await patch(ask, id, paid(1))
      const records = (await (await ask('GET', `/r/${id}/history`)).json()) as unknown[]
      const body = JSON.stringify(restoreRun(till, records as never))
      expect((await ask('POST', '/r', { headers: JSON_BODY, body })).status).toBe(200)
      expect((await patch(ask, id, paid(1))).status).toBe(200)
    })
  })
})
