/** Histories: pages of records, offsets that name what they are of, and readers that follow. */

import { stream } from '@durable-streams/client'
import { restoreRun } from '@xmachines/core'
import { memoryStore, type RunStore } from '@xmachines/core/store'
import { serveNode } from '@xmachines/http/node'
import { describe, expect, test } from 'vitest'
import { encodeOffset } from '../src/wire/offset.ts'
import { problemIn, type Served, serve } from './calls.ts'
import { frames, sseEvents } from './frames.ts'
import { listen } from './listen.ts'
import { paid, till } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

const NDJSON = { accept: 'application/x-ndjson' }

async function withBatches(
  count: number,
  options: Parameters<typeof serve>[0] = {},
): Promise<Served & { id: string; path: string }> {
  const served = serve(options)
  const id = await served.newRun()
  for (let at = 0; at < count; at++) await served.patch(id, paid(at))
  return { ...served, id, path: `/r/${id}/history` }
}

const next = (response: Response): string => response.headers.get('stream-next-offset') ?? ''

async function all(items: ReadableStream<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  const reader = items.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) found.push(read.value)
  return found
}

describe('a history', () => {
  test('has one message a record, never a batch flattened, and restores the run', async () => {
    const { call, id, path } = await withBatches(1)
    const body = [paid(1), paid(2)].map((event) => JSON.stringify(event)).join('\n')
    await call('PATCH', `/r/${id}`, { headers: { 'content-type': 'application/x-ndjson' }, body })
    const records = (await (await call('GET', path)).json()) as { events?: unknown[] }[]
    expect(records.map(({ events }) => events?.length)).toEqual([undefined, 1, 2])
    expect(restoreRun(till, records as never).id).toBe(id)
    const lines = await (await call('GET', path, { headers: NDJSON })).text()
    expect(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(records)
  })

  test('is read page by page; a full page is immutable, and the last is not', async () => {
    const { call, path } = await withBatches(4, { handler: { limits: { records: 2 } } })
    const pages: [number, string | null, string | null][] = []
    let offset = '-1'
    for (;;) {
      const response = await call('GET', `${path}?offset=${offset}`)
      const records = (await response.json()) as unknown[]
      offset = next(response)
      pages.push([records.length, response.headers.get('cache-control'), response.headers.get('stream-up-to-date')])
      if (response.headers.has('stream-up-to-date')) break
    }
    expect(pages).toEqual([
      [2, 'private, max-age=31536000, immutable', null],
      [2, 'private, max-age=31536000, immutable', null],
      [1, 'private, no-cache', 'true'],
    ])
  })

  test('ends a page after so many bytes', async () => {
    const { call, path } = await withBatches(4, { handler: { limits: { recordBytes: 10 } } })
    expect(await (await call('GET', path)).json()).toHaveLength(1)
  })

  test('is closed once the run is done', async () => {
    const { call, patch, id, path } = await withBatches(1)
    const open = await call('GET', path)
    expect(open.headers.get('stream-closed')).toBeNull()
    await patch(id, { type: 'CLOSED' })
    const closed = await call('GET', `${path}?offset=${next(open)}`)
    expect([closed.headers.get('stream-closed'), await closed.json()]).toMatchObject([
      'true',
      [{ events: [{ type: 'CLOSED' }] }],
    ])
    const tail = `${path}?offset=${next(closed)}`
    expect((await call('GET', `${tail}&live=long-poll`)).status).toBe(204)
    const events = sseEvents(await call('GET', `${tail}&live=sse`))
    expect(await events.next()).toMatchObject({ event: 'control', data: { streamClosed: true, upToDate: true } })
    expect(await events.next()).toBeUndefined()
    expect((await call('HEAD', path)).headers.get('stream-closed')).toBe('true')
  })

  test('refuses an offset of another history', async () => {
    const { call, path, id } = await withBatches(2)
    const foreign = [
      encodeOffset({ sequence: 1, oid: 'a'.repeat(40) }),
      encodeOffset({ sequence: 3, oid: 'a'.repeat(40) }),
      encodeOffset({ sequence: 1, oid: id }),
    ]
    for (const offset of foreign) {
      for (const live of ['', '&live=sse', '&live=long-poll']) {
        const response = await call('GET', `${path}?offset=${offset}${live}`)
        expect([response.status, (await problemIn(response)).code]).toEqual([409, 'OFFSET_MISMATCH'])
      }
    }
  })

  test.each(['offset=', 'offset=x', 'offset=12', 'offset=-1&offset=-1', 'live=sse', 'offset=-1&live=yes'])(
    'refuses the query %s',
    async (query) => {
      const { call, path } = await withBatches(0)
      const response = await call('GET', `${path}?${query}`)
      expect([response.status, (await problemIn(response)).code]).toEqual([400, 'INVALID_REQUEST'])
    },
  )

  test('knows an offset that another server has given', async () => {
    const store = memoryStore()
    const one = await withBatches(1, { store })
    // This server hears nothing of what others append.
    const deaf: RunStore = { ...store, follow: () => new ReadableStream() }
    const other = serve({ store: deaf })
    await other.call('GET', one.path)
    await one.patch(one.id, paid(7))
    const offset = next(await one.call('HEAD', one.path))
    const response = await other.call('GET', `${one.path}?offset=${offset}`)
    expect([response.status, await response.json(), next(response)]).toEqual([200, [], offset])
  })
})

describe('who follows a history', () => {
  test('gets each record once and in order, many at the same time', async () => {
    const { call, patch, id, path } = await withBatches(3)
    const readers = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const events = sseEvents(await call('GET', `${path}?offset=${at % 2 === 0 ? '-1' : 'now'}&live=sse`))
        const seen: number[] = []
        return async () => {
          while (seen.at(-1) !== 19) {
            const event = await events.next()
            if (event?.event !== 'data') continue
            for (const { events: batch } of event.data)
              seen.push(...(batch ?? []).map(({ cents }: { cents: number }) => cents))
          }
          await events.cancel()
          return seen
        }
      }),
    )
    const reading = readers.map((read) => read())
    for (let at = 3; at < 20; at++) await patch(id, paid(at))
    for (const [at, seen] of (await Promise.all(reading)).entries()) {
      expect(seen).toEqual(Array.from({ length: 20 }, (_, cents) => cents).slice(at % 2 === 0 ? 0 : 3))
    }
  })

  test('goes on from the offset where a stream ended', async () => {
    const { call, patch, id, path } = await withBatches(3, { handler: { limits: { streamMs: 20, records: 2 } } })
    const seen: unknown[] = []
    let offset = '-1'
    for (let at = 3; seen.length < 11; at++) {
      const events = sseEvents(await call('GET', `${path}?offset=${offset}&live=sse`))
      for (let event = await events.next(); event !== undefined; event = await events.next()) {
        if (event.event === 'data') seen.push(...event.data)
        else offset = event.data.streamNextOffset
      }
      if (at < 10) await patch(id, paid(at))
    }
    expect(restoreRun(till, seen as never).snapshot.current.sequence).toBe(10)
  })

  test('and does not read is let go of once too far behind', async () => {
    const { call, patch, id, path, handler } = await withBatches(0, {
      handler: { limits: { behind: 5, heartbeatMs: 40 } },
    })
    const response = await call('GET', `${path}?offset=now&live=sse`)
    expect(handler.subscribers).toBe(1)
    for (let at = 0; at < 5; at++) await patch(id, paid(at))
    await expect.poll(() => handler.subscribers).toBe(0)
    expect(await sseEvents(response).next()).toBeUndefined()
  })

  test('goes on without a gap from its last offset once it was let go of', async () => {
    const { call, patch, id, path, handler } = await withBatches(0, {
      handler: { limits: { behind: 5, heartbeatMs: 40 } },
    })
    const seen: unknown[] = []
    const slow = sseEvents(await call('GET', `${path}?offset=-1&live=sse`))
    seen.push(...(await slow.next())?.data)
    const offset: string = (await slow.next())?.data.streamNextOffset
    for (let at = 0; at < 8; at++) await patch(id, paid(at))
    await expect.poll(() => handler.subscribers).toBe(0)
    expect(await slow.next()).toBeUndefined()
    const events = sseEvents(await call('GET', `${path}?offset=${offset}&live=sse`))
    while (seen.length < 9) {
      const event = await events.next()
      if (event?.event === 'data') seen.push(...event.data)
    }
    await events.cancel()
    expect(restoreRun(till, seen as never).snapshot.current.sequence).toBe(8)
  })

  test('gets signs of life while nothing happens', async () => {
    const { call, path } = await withBatches(0, { handler: { limits: { heartbeatMs: 20 } } })
    const read = frames(await call('GET', `${path}?offset=now&live=sse`))
    await read.next()
    expect([await read.next(), await read.next()]).toEqual([': \n\n', ': \n\n'])
    await read.cancel()
  })

  test('waits with a long poll', async () => {
    const { call, patch, id, path } = await withBatches(1)
    const tail = next(await call('HEAD', path))
    const polling = call('GET', `${path}?offset=${tail}&live=long-poll`)
    await patch(id, paid(9))
    const response = await polling
    expect([response.status, await response.json()]).toMatchObject([200, [{ events: [paid(9)] }]])
    expect(response.headers.get('stream-cursor')).toMatch(/^\d+$/)
  })

  test('is answered by 204 if nothing happens', async () => {
    const { call, path } = await withBatches(1, { handler: { limits: { longPollMs: 10 } } })
    const response = await call('GET', `${path}?offset=now&live=long-poll`)
    expect([response.status, response.headers.get('stream-up-to-date')]).toEqual([204, 'true'])
  })

  test.each(['sse', 'long-poll'] as const)('may be the stock client of the protocol, by %s', async (live) => {
    const { handler, patch, id, path } = await withBatches(2)
    const url = await listen(serveNode(handler))
    const response = await stream({ url: `${url}${path}`, offset: '-1', live })
    const reading = all(response.jsonStream())
    for (let at = 0; at < 5; at++) await patch(id, paid(at))
    await patch(id, { type: 'CLOSED' })
    // It ends by itself once the run is done.
    const run = restoreRun(till, (await reading) as never)
    expect([run.id, run.snapshot.current]).toMatchObject([id, { status: 'done', sequence: 8 }])
  })
})
