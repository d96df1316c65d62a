/** Streams of snapshots: the latest wins, there are signs of life, and nothing is left when a reader goes. */

import { describe, expect, test, vi } from 'vitest'
import { decodeOffset } from '../src/wire/offset.ts'
import { problemIn, serve } from './calls.ts'
import { frames, type SseEvent, sseEvents } from './frames.ts'
import { paid } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

const SSE = { accept: 'text/event-stream' }
const NDJSON = { accept: 'application/x-ndjson' }

describe('the snapshots of a run as server-sent events', () => {
  test('are the latest, and then each newer one', async () => {
    const { call, newRun, patch } = serve()
    const id = await newRun()
    await patch(id, paid(1))
    const response = await call('GET', `/r/${id}`, { headers: SSE })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-cache, no-store')
    const events = sseEvents(response)
    const first = await events.next()
    expect(first).toMatchObject({ event: 'snapshot', data: { run: id, sequence: 1, state: { cents: 1 } } })
    expect(decodeOffset(first?.id ?? '')).toEqual({ sequence: 1, oid: first?.data.head })
    await patch(id, paid(2))
    expect(await events.next()).toMatchObject({ data: { sequence: 2, state: { cents: 3 } } })
    await events.cancel()
  })

  test('skip what a slow reader did not ask for', async () => {
    const { call, newRun, patch } = serve()
    const id = await newRun()
    const events = sseEvents(await call('GET', `/r/${id}`, { headers: SSE }))
    await events.next()
    for (let at = 0; at < 50; at++) await patch(id, paid(1))
    expect(await events.next()).toMatchObject({ data: { sequence: 50 } })
    await events.cancel()
  })

  test('end with the run', async () => {
    const { call, newRun, patch } = serve()
    const id = await newRun()
    const events = sseEvents(await call('GET', `/r/${id}`, { headers: SSE }))
    await events.next()
    const done = await patch(id, { type: 'CLOSED' })
    expect(await events.next()).toMatchObject({ event: 'snapshot', data: { status: 'done' } })
    const end = await events.next()
    expect(end).toMatchObject({ event: 'end', data: { status: 'done' } })
    expect(await events.next()).toBeUndefined()
    // By this an `EventSource` learns not to connect again.
    const again = await call('GET', `/r/${id}`, { headers: { ...SSE, 'last-event-id': end?.id ?? '' } })
    expect([done.status, again.status]).toEqual([200, 204])
  })

  test('begin with what is new for one who has seen some', async () => {
    const { call, newRun, patch } = serve()
    const id = await newRun()
    const first = sseEvents(await call('GET', `/r/${id}`, { headers: SSE }))
    const seen = (await first.next()) as SseEvent
    await first.cancel()
    const again = sseEvents(await call('GET', `/r/${id}`, { headers: { ...SSE, 'last-event-id': seen.id ?? '' } }))
    const next = again.next()
    await patch(id, paid(1))
    expect(await next).toMatchObject({ data: { sequence: 1 } })
    await again.cancel()
  })

  test('go on after a fatal end of the run', async () => {
    const { call, newRun, patch } = serve()
    const id = await newRun()
    const events = sseEvents(await call('GET', `/r/${id}`, { headers: SSE }))
    await events.next()
    await patch(id, { type: 'FATAL' })
    await patch(id, paid(1))
    for (;;) {
      const event = await events.next()
      expect(event).toMatchObject({ event: 'snapshot' })
      if (event?.data.sequence === 1) break
    }
    await events.cancel()
  })

  test('show what another server appends, also after a fatal end here', async () => {
    const one = serve()
    const other = serve({ store: one.store })
    const id = await one.newRun()
    const events = sseEvents(await one.call('GET', `/r/${id}`, { headers: SSE }))
    await events.next()
    await one.patch(id, { type: 'FATAL' })
    await other.patch(id, paid(1))
    for (;;) {
      const event = await events.next()
      expect(event).toMatchObject({ event: 'snapshot' })
      if (event?.data.sequence === 1) break
    }
    await events.cancel()
  })

  test('have signs of life while nothing happens', async () => {
    const { call, newRun } = serve({ handler: { limits: { heartbeatMs: 20 } } })
    const read = frames(await call('GET', `/r/${await newRun()}`, { headers: SSE }))
    await read.next()
    expect([await read.next(), await read.next()]).toEqual([': \n\n', ': \n\n'])
    await read.cancel()
  })

  test('end after a while, so that the reader is authorized again', async () => {
    const { call, newRun } = serve({ handler: { limits: { streamMs: 30 } } })
    const events = sseEvents(await call('GET', `/r/${await newRun()}`, { headers: SSE }))
    await events.next()
    expect(await events.next()).toBeUndefined()
  })

  test('end when the host closes', async () => {
    const { call, newRun, host } = serve()
    const events = sseEvents(await call('GET', `/r/${await newRun()}`, { headers: SSE }))
    await events.next()
    const next = events.next()
    await host.close()
    expect(await next).toBeUndefined()
  })
})

test('the snapshots of a run as NDJSON are one a line', async () => {
  const { call, newRun, patch } = serve({ handler: { limits: { heartbeatMs: 20 } } })
  const id = await newRun()
  const read = frames(await call('GET', `/r/${id}`, { headers: NDJSON }))
  expect(JSON.parse((await read.next()) ?? '')).toMatchObject({ run: id, sequence: 0 })
  expect(await read.next()).toBe('\n')
  await patch(id, { type: 'CLOSED' })
  let line = await read.next()
  while (line === '\n') line = await read.next()
  expect(JSON.parse(line ?? '')).toMatchObject({ status: 'done' })
  expect(await read.next()).toBeUndefined()
})

describe('who follows', () => {
  test('is counted, and refused if there are too many', async () => {
    const { call, newRun, handler } = serve({ handler: { limits: { subscribers: 2 } } })
    const id = await newRun()
    const open = [await call('GET', `/r/${id}`, { headers: SSE }), await call('GET', `/r/${id}`, { headers: NDJSON })]
    const refused = await call('GET', `/r/${id}`, { headers: SSE })
    expect([refused.status, refused.headers.get('retry-after'), (await problemIn(refused)).code]).toEqual([
      503,
      '5',
      'BUSY',
    ])
    expect(handler.subscribers).toBe(2)
    for (const response of open) await response.body?.cancel()
    expect(handler.subscribers).toBe(0)
  })

  test('leaves nothing: 10,000 that came and went, by cancelling or by aborting, with and without reading', async () => {
    const { call, newRun, handler, host } = serve({ host: { idleMs: 20 } })
    const id = await newRun()
    for (let round = 0; round < 100; round++) {
      const leave = await Promise.all(
        Array.from({ length: 100 }, async (_, at) => {
          const abort = new AbortController()
          const path = at % 3 === 0 ? `/r/${id}/history?offset=-1&live=sse` : `/r/${id}`
          const response = await call('GET', path, { headers: SSE, signal: abort.signal })
          const reader = response.body?.getReader()
          if (at % 2 === 0) await reader?.read()
          // Half of them wait for more when they go.
          if (at % 4 === 0) void reader?.read().catch(() => undefined)
          return at % 5 < 2 ? async () => abort.abort() : async () => await reader?.cancel()
        }),
      )
      expect(handler.subscribers).toBe(100)
      for (const go of leave) await go()
    }
    expect(handler.subscribers).toBe(0)
    // The run is not held either.
    await vi.waitFor(() => expect(host.open).toBe(0))
  })
})
