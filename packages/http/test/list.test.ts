/** Lists of runs: pages, and streams of what changes, of runs that this server and others have. */

import { defineMachine } from '@xmachines/core'
import { memoryStore } from '@xmachines/core/store'
import { hosted, type RunEntry, type RunPage } from '@xmachines/http/server'
import { describe, expect, test, vi } from 'vitest'
import { problemIn, serve } from './calls.ts'
import { frames, type SseEvent, sseEvents } from './frames.ts'
import { paid, till } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

const SSE = { accept: 'text/event-stream' }
const summed = hosted(till, { summary: ({ cents }) => ({ euros: cents / 100 }) })

async function pageIn(response: Response): Promise<RunPage<{ euros: number }>> {
  expect(response.status).toBe(200)
  return (await response.json()) as RunPage<{ euros: number }>
}

/** The events up to the next that says that all has been sent. */
async function untilComplete(events: ReturnType<typeof sseEvents>): Promise<readonly SseEvent[]> {
  const found: SseEvent[] = []
  for (;;) {
    const event = await events.next()
    if (event === undefined) throw new Error('the stream has ended')
    if (event.event === 'complete') return [...found, event]
    found.push(event)
  }
}

describe('a page of the runs of a machine', () => {
  test('has what the server shows of each, by its id', async () => {
    const { call, newRun, patch } = serve({ machines: [summed] })
    const ids = [await newRun(), await newRun(), await newRun()].toSorted()
    await patch(ids[1] as string, paid(250))
    await patch(ids[2] as string, { type: 'CLOSED' })
    const response = await call('GET', '/r?machine=till')
    const { runs, cursor } = await pageIn(response)
    expect(cursor).toBeUndefined()
    expect(runs.map(({ id }) => id)).toEqual(ids)
    expect(runs[1]).toEqual({
      id: ids[1],
      machine: 'till@1',
      head: expect.stringMatching(/^[0-9a-f]{40}$/),
      sequence: 1,
      status: 'active',
      at: 'open',
      summary: { euros: 2.5 },
    })
    expect(runs[2]).toMatchObject({ status: 'done', at: 'closed' })
    const known = { 'if-none-match': response.headers.get('etag') ?? '' }
    expect((await call('GET', '/r?machine=till', { headers: known })).status).toBe(304)
    const { runs: open } = await pageIn(await call('GET', '/r?machine=till@1&at=open', { headers: known }))
    expect(open.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  })

  test('leads to the next until all have been shown, whatever is created in between', async () => {
    const { call, newRun } = serve({ handler: { limits: { runs: 3 } } })
    const ids = await Promise.all(Array.from({ length: 7 }, () => newRun()))
    const found: string[] = []
    let next: string | undefined = ''
    while (next !== undefined) {
      const page: RunPage = await pageIn(await call('GET', `/r?machine=till${next && `&cursor=${next}`}`))
      expect(page.runs.length).toBeLessThanOrEqual(3)
      found.push(...page.runs.map(({ id }) => id))
      next = page.cursor
      await newRun()
    }
    expect(found.filter((id) => ids.includes(id))).toEqual(ids.toSorted())
    expect(new Set(found).size).toBe(found.length)
  })

  test('has runs that are not open here, and what other servers did to them', async () => {
    const store = memoryStore()
    const there = serve({ store, machines: [summed] })
    const id = await there.newRun()
    await there.patch(id, paid(100))
    const here = serve({ store, machines: [summed] })
    const first = await pageIn(await here.call('GET', '/r?machine=till'))
    expect(first.runs[0]).toMatchObject({ id, sequence: 1, summary: { euros: 1 } })
    expect(here.host.open).toBe(0)
    await there.patch(id, paid(100))
    const second = await pageIn(await here.call('GET', '/r?machine=till'))
    expect(second.runs[0]).toMatchObject({ id, sequence: 2, summary: { euros: 2 } })
  })

  test('shows no summary that throws, and says why at the server', async () => {
    const onError = vi.fn()
    const secret = new Error('no summary')
    const throws = hosted(till, {
      summary: () => {
        throw secret
      },
    })
    const { call, newRun } = serve({ machines: [throws], host: { onError } })
    const id = await newRun()
    const { runs } = await pageIn(await call('GET', '/r?machine=till'))
    expect(runs).toEqual([expect.not.objectContaining({ summary: expect.anything() })])
    expect(onError).toHaveBeenCalledWith(secret, { run: id })
  })

  test('is of a machine that is served here, and well asked for', async () => {
    const { call } = serve()
    const answers = await Promise.all(
      ['/r', '/r?machine=TILL', '/r?machine=till&cursor=0', '/r?machine=till@2', '/r?machine=door'].map(
        async (path) => (await problemIn(await call('GET', path))).code,
      ),
    )
    expect(answers).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST', 'INVALID_REQUEST', 'NOT_FOUND', 'NOT_FOUND'])
    const stream = await call('GET', '/r?machine=till&cursor=0', { headers: SSE })
    expect((await problemIn(stream)).code).toBe('INVALID_REQUEST')
    expect((await call('HEAD', '/r?machine=till', { headers: SSE })).status).toBe(200)
  })
})

describe('the runs of a machine as server-sent events', () => {
  test('are all that there are, and then each that appears, moves or leaves', async () => {
    const { call, newRun, patch } = serve({ machines: [summed] })
    const first = await newRun()
    const closed = await newRun()
    await patch(closed, { type: 'CLOSED' })
    const events = sseEvents(await call('GET', '/r?machine=till&at=open', { headers: SSE }))
    expect(await untilComplete(events)).toMatchObject([
      { event: 'begin' },
      { event: 'run', data: { id: first, sequence: 0, summary: { euros: 0 } } },
      { event: 'complete' },
    ])
    const second = await newRun()
    expect(await untilComplete(events)).toMatchObject([{ event: 'run', data: { id: second } }, {}])
    await patch(first, paid(5))
    expect(await untilComplete(events)).toMatchObject([{ data: { id: first, summary: { euros: 0.05 } } }, {}])
    await patch(first, { type: 'CLOSED' })
    expect(await untilComplete(events)).toMatchObject([{ event: 'gone', data: { id: first } }, {}])
    await events.cancel()
  })

  test('have what other servers do', async () => {
    const store = memoryStore()
    const there = serve({ store })
    const here = serve({ store, host: { listMs: 5 } })
    const events = sseEvents(await here.call('GET', '/r?machine=till', { headers: SSE }))
    await untilComplete(events)
    const id = await there.newRun()
    expect(await untilComplete(events)).toMatchObject([{ event: 'run', data: { id, sequence: 0 } }, {}])
    await there.patch(id, paid(1))
    expect(await untilComplete(events)).toMatchObject([{ event: 'run', data: { id, sequence: 1 } }, {}])
    await events.cancel()
  })

  test('skip what a slow reader did not ask for', async () => {
    const { call, newRun, patch } = serve()
    const id = await newRun()
    const events = sseEvents(await call('GET', '/r?machine=till', { headers: SSE }))
    await untilComplete(events)
    // One change is on its way already.
    for (let at = 0; at < 50; at++) await patch(id, paid(1))
    const seen: number[] = []
    while (seen.at(-1) !== 50) {
      for (const { event, data } of await untilComplete(events)) if (event === 'run') seen.push(data.sequence)
    }
    expect(seen.length).toBeLessThanOrEqual(2)
    await events.cancel()
  })

  test('go on where a stream broke off, or begin anew at another server', async () => {
    const store = memoryStore()
    const here = serve({ store })
    const ids = [await here.newRun(), await here.newRun()].toSorted()
    const path = '/r?machine=till&at=open'
    const before = sseEvents(await here.call('GET', path, { headers: SSE }))
    const seen = (await untilComplete(before)).at(-1)?.id ?? ''
    await before.cancel()
    await here.patch(ids[0] as string, { type: 'CLOSED' })
    const headers = { ...SSE, 'last-event-id': seen }
    const after = sseEvents(await here.call('GET', path, { headers }))
    expect(await untilComplete(after)).toMatchObject([{ event: 'gone', data: { id: ids[0] } }, {}])
    await after.cancel()
    const elsewhere = sseEvents(await serve({ store }).call('GET', path, { headers }))
    expect(await untilComplete(elsewhere)).toMatchObject([
      { event: 'begin' },
      { event: 'run', data: { id: ids[1] } },
      {},
    ])
    await elsewhere.cancel()
  })

  test('are more than one frame if there are many', async () => {
    const { call, newRun } = serve({ handler: { limits: { runs: 4 } } })
    const ids = await Promise.all(Array.from({ length: 10 }, () => newRun()))
    const found = await untilComplete(sseEvents(await call('GET', '/r?machine=till', { headers: SSE })))
    const runs = found.filter(({ event }) => event === 'run').map(({ data }) => String(data.id))
    expect(runs.toSorted()).toEqual(ids.toSorted())
    expect(found.filter(({ event }) => event === 'complete')).toHaveLength(1)
  })

  test('give a sign of life, end after their time, and leave nothing behind', async () => {
    const long = serve({ handler: { limits: { heartbeatMs: 20 } } })
    const chunks = frames(await long.call('GET', '/r?machine=till', { headers: SSE }))
    expect(await chunks.next()).toContain('event: complete')
    expect(await chunks.next()).toBe(': \n\n')
    expect(long.handler.subscribers).toBe(1)
    await long.host.close()
    while ((await chunks.next()) !== undefined);
    expect(long.handler.subscribers).toBe(0)
    const short = serve({ handler: { limits: { streamMs: 50 } } })
    const until = frames(await short.call('GET', '/r?machine=till', { headers: SSE }))
    while ((await until.next()) !== undefined);
    expect(short.handler.subscribers).toBe(0)
  })

  test('are refused if there are too many to follow', async () => {
    const { call, newRun } = serve({ host: { maxListed: 2 } })
    for (let at = 0; at < 3; at++) await newRun()
    const refused = await call('GET', '/r?machine=till', { headers: SSE })
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(await problemIn(refused)).toMatchObject({ status: 503, code: 'BUSY' })
    expect((await pageIn(await call('GET', '/r?machine=till'))).runs).toHaveLength(3)
  })
})

describe('who may see what', () => {
  test('is decided for the list before anything is read, and then for each run', async () => {
    const store = memoryStore()
    const list = vi.spyOn(store, 'list')
    const read = vi.spyOn(store, 'read')
    const { host, handler, newRun } = serve({ store })
    const ids = [await newRun(), await newRun()].toSorted()
    const asked: unknown[] = []
    const guarded = serve({
      store,
      handler: {
        authorize(request, wanted) {
          asked.push(wanted)
          if (wanted.action === 'list') return request.headers.has('authorization')
          return wanted.id === ids[1]
        },
      },
    })
    list.mockClear()
    read.mockClear()
    const refused = await guarded.call('GET', '/r?machine=till')
    expect([refused.status, list.mock.calls, read.mock.calls]).toEqual([403, [], []])
    const headers = { authorization: 'Bearer staff' }
    const { runs } = await pageIn(await guarded.call('GET', '/r?machine=till', { headers }))
    expect(runs.map(({ id }) => id)).toEqual([ids[1]])
    expect(read.mock.calls.map(([id]) => id)).toEqual([ids[1]])
    expect(asked).toEqual([
      { action: 'list', id: undefined, machine: 'till' },
      { action: 'list', id: undefined, machine: 'till' },
      { action: 'read', id: ids[0], machine: 'till@1' },
      { action: 'read', id: ids[1], machine: 'till@1' },
    ])
    const stream = await guarded.call('GET', '/r?machine=till', { headers: { ...headers, ...SSE } })
    const shown = (await untilComplete(sseEvents(stream))).filter(({ event }) => event === 'run')
    expect(shown.map(({ data }: { data: RunEntry }) => data.id)).toEqual([ids[1]])
    expect([host.open, handler.subscribers]).toEqual([0, 0])
  })
})

test('a run that a caller may see no more is gone from the list once the stream is opened anew', async () => {
  const allowed = new Set<string | undefined>([undefined])
  const { call, newRun } = serve({ handler: { authorize: (_request, { id }) => allowed.has(id) } })
  const id = await newRun()
  allowed.add(id)
  const before = sseEvents(await call('GET', '/r?machine=till', { headers: SSE }))
  const seen = await untilComplete(before)
  expect(seen).toMatchObject([{ event: 'begin' }, { event: 'run', data: { id } }, {}])
  await before.cancel()
  allowed.delete(id)
  const headers = { ...SSE, 'last-event-id': seen.at(-1)?.id ?? '' }
  const after = sseEvents(await call('GET', '/r?machine=till', { headers }))
  expect(await untilComplete(after)).toMatchObject([{ event: 'begin' }, { event: 'complete' }])
  await after.cancel()
})

test('a list has all versions of a machine, or one', async () => {
  const door = (version: string) => defineMachine({ name: 'door', version, initial: { at: 'closed' }, on: {} })
  const { call, newRun } = serve({ machines: [door('1'), door('2')] })
  const ids = [await newRun('door@1'), await newRun('door@2')]
  const all = await pageIn(await call('GET', '/r?machine=door'))
  expect(new Set(all.runs.map(({ id }) => id))).toEqual(new Set(ids))
  const one = await pageIn(await call('GET', '/r?machine=door@2'))
  expect(one.runs.map(({ id }) => id)).toEqual([ids[1]])
  const stream = await untilComplete(sseEvents(await call('GET', '/r?machine=door@1', { headers: SSE })))
  expect(stream).toMatchObject([{}, { data: { id: ids[0], machine: 'door@1' } }, {}])
})
