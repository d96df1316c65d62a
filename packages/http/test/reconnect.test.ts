/** Connections of `connectRun` that are lost, found again, and ended by the server. */
import { waitFor } from '@xmachines/core'
import { ConnectionError, connectRun, fetchRun } from '@xmachines/http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { serve } from './calls.ts'
import { connectTill, historyOf, lineTo, url } from './client.ts'
import { paid, till } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

function follow(run: { readonly snapshot: { subscribe(listener: () => void): () => void } }): void {
  onTestFinished(run.snapshot.subscribe(() => undefined))
}

/** Gives this process the events of a page. The clock is the real one again after the test. */
function stubPage(): EventTarget {
  const platform = new EventTarget()
  vi.stubGlobal('addEventListener', platform.addEventListener.bind(platform))
  vi.stubGlobal('removeEventListener', platform.removeEventListener.bind(platform))
  onTestFinished(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  return platform
}

/** No answer, until it is given up. */
function unanswered(signal: AbortSignal): Promise<Response> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
}

describe('an outage', () => {
  test('never ends the run: it goes on where it was, and sends what is pending', async () => {
    const served = serve()
    const id = await served.newRun()
    const line = lineTo(served.handler)
    const run = await connectTill(served, id, { line })
    follow(run)
    await expect.poll(() => run.connection).toBe('live')
    line.cut = () => 'before'
    line.drop()
    await expect.poll(() => run.connection).toBe('offline')
    expect(run.problem).toBeInstanceOf(ConnectionError)
    expect(run.problem).toMatchObject({ code: 'UNREACHABLE', status: undefined })
    run.in.send(paid(1))
    expect([run.state.cents, run.pending, run.isClosed]).toEqual([1, 1, false])
    await served.patch(id, paid(10))
    line.cut = () => undefined
    await run.flush()
    await waitFor(run, ({ state }) => state.cents === 11)
    await expect.poll(() => [run.connection, run.problem]).toEqual(['live', undefined])
  })

  test('resumes from its offset: what it has is not read again', async () => {
    const served = serve()
    const id = await served.newRun()
    const asked: string[] = []
    const line = lineTo(served.handler)
    line.cut = (request) => {
      asked.push(new URL(request.url).searchParams.get('offset') ?? '')
      return undefined
    }
    const run = await connectTill(served, id, { line })
    follow(run)
    await served.patch(id, paid(1))
    await waitFor(run, ({ sequence }) => sequence === 1)
    line.drop()
    await served.patch(id, paid(1))
    await waitFor(run, ({ sequence }) => sequence === 2)
    expect(asked).toEqual([`0000000000000000-${id}`, expect.stringMatching(/^0000000000000001-/)])
  })

  test('waits longer from try to try, and not each time as long', async () => {
    const served = serve()
    const id = await served.newRun()
    const line = lineTo(served.handler)
    const run = await connectTill(served, id, { line })
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const tries: number[] = []
    line.cut = () => {
      tries.push(Date.now())
      return 'before'
    }
    follow(run)
    await vi.advanceTimersByTimeAsync(120_000)
    const pauses = tries.slice(1).map((at, before) => at - (tries[before] ?? 0))
    for (const [at, pause] of pauses.entries()) {
      const longest = Math.min(10_000, 200 * 2 ** at)
      expect(pause).toBeGreaterThanOrEqual(longest / 2)
      expect(pause).toBeLessThanOrEqual(longest)
    }
    expect(new Set(pauses.slice(-5)).size).toBeGreaterThan(1)
  })

  test('waits as long as the server asks', async () => {
    const served = serve()
    const id = await served.newRun()
    const history = await historyOf(served, id)
    const tries: number[] = []
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const run = connectRun(url(id), till, {
      history,
      async fetch() {
        tries.push(Date.now())
        return new Response(null, { status: 503, headers: { 'retry-after': '7' } })
      },
    })
    onTestFinished(() => run.close())
    follow(run)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(tries.map((at) => at - (tries[0] ?? 0))).toEqual([0, 7000, 14_000])
  })

  test('waits, and does not ask at once, if the server asks for longer than a timer can wait', async () => {
    const served = serve()
    const id = await served.newRun()
    const history = await historyOf(served, id)
    let tries = 0
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const run = connectRun(url(id), till, {
      history,
      async fetch() {
        tries++
        return new Response(null, { status: 503, headers: { 'retry-after': '3000000' } })
      },
    })
    onTestFinished(() => run.close())
    follow(run)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(tries).toBe(1)
  })

  test('ends sooner when the network is back', async () => {
    const served = serve()
    const id = await served.newRun()
    const line = lineTo(served.handler)
    const run = await connectTill(served, id, { line })
    const platform = stubPage()
    vi.useFakeTimers()
    line.cut = () => 'before'
    follow(run)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(run.connection).toBe('offline')
    line.cut = () => undefined
    platform.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(run.connection).toBe('live')
  })

  test('is noticed at once when the network goes, and a request that had no answer is sent again when it is back', async () => {
    const served = serve()
    const id = await served.newRun()
    const platform = stubPage()
    const line = lineTo(served.handler)
    const keys: (string | null)[] = []
    let isGone = false
    const fetch = (request: Request): Promise<Response> => {
      if (request.method === 'PATCH') keys.push(request.headers.get('idempotency-key'))
      // What is sent into a network that is gone has no answer, and no error, until it is given up.
      return isGone ? unanswered(request.signal) : line.fetch(request)
    }
    const run = await connectTill(served, id, { options: { fetch } })
    vi.useFakeTimers()
    follow(run)
    await vi.advanceTimersByTimeAsync(0)
    expect(run.connection).toBe('live')
    isGone = true
    run.in.send(paid(1))
    await vi.advanceTimersByTimeAsync(0)
    platform.dispatchEvent(new Event('offline'))
    await vi.advanceTimersByTimeAsync(0)
    expect([run.connection, run.pending]).toEqual(['offline', 1])
    isGone = false
    platform.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    await run.flush()
    expect([run.connection, run.pending, run.state.cents]).toEqual(['live', 0, 1])
    expect(keys).toEqual([keys[0], keys[0]])
  })

  test('ends sooner when the page is looked at again, and a stream that was silent for long is opened anew', async () => {
    const served = serve()
    const id = await served.newRun()
    const history = await historyOf(served, id)
    const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' })
    vi.stubGlobal('document', page)
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
      vi.unstubAllGlobals()
    })
    let opened = 0
    const run = connectRun(url(id), till, {
      history,
      async fetch({ signal }) {
        opened += 1
        if (opened < 10) throw new TypeError('fetch failed')
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => signal.addEventListener('abort', () => controller.error(signal.reason)),
        })
        return new Response(body)
      },
    })
    onTestFinished(() => run.close())
    follow(run)
    while (opened < 9) await vi.advanceTimersByTimeAsync(100)
    page.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(0)
    expect([opened, run.connection]).toEqual([9, 'offline'])
    page.visibilityState = 'visible'
    page.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(0)
    expect([opened, run.connection]).toEqual([10, 'live'])
    page.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(5000)
    expect([opened, run.connection]).toEqual([10, 'live'])
    await vi.advanceTimersByTimeAsync(20_000)
    page.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(300)
    expect([opened, run.connection]).toEqual([11, 'live'])
  })

  test('is noticed if the server gives no sign of life', async () => {
    const served = serve()
    const id = await served.newRun()
    const history = await historyOf(served, id)
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    let opened = 0
    const run = connectRun(url(id), till, {
      history,
      async fetch({ signal }) {
        opened += 1
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => signal.addEventListener('abort', () => controller.error(signal.reason)),
        })
        return new Response(body)
      },
    })
    onTestFinished(() => run.close())
    follow(run)
    await vi.advanceTimersByTimeAsync(40_000)
    expect([opened, run.connection]).toEqual([1, 'live'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect([opened, run.connection]).toEqual([2, 'live'])
  })

  test('does not happen when a server ends its stream to be asked again', async () => {
    const served = serve({ handler: { limits: { streamMs: 30 } } })
    const id = await served.newRun()
    const line = lineTo(served.handler)
    const run = await connectTill(served, id, { line })
    const states = new Set<string>()
    onTestFinished(run.onChange(() => states.add(run.connection)))
    follow(run)
    await expect.poll(() => line.requests.length).toBeGreaterThan(3)
    expect(states).not.toContain('offline')
    expect(run.problem).toBeUndefined()
  })
})

describe('the server ends the connection', () => {
  for (const [status, code] of [
    [401, 'UNAUTHORIZED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [410, 'UNEXPECTED'],
  ] as const) {
    test(`with ${status}, and the run stays as it was`, async () => {
      let isAllowed = true
      const served = serve({ handler: { authorize: () => isAllowed || new Response(null, { status }) } })
      const id = await served.newRun()
      await served.patch(id, paid(3))
      const line = lineTo(served.handler)
      const run = await connectTill(served, id, { line })
      isAllowed = false
      follow(run)
      await expect.poll(() => run.isClosed).toBe(true)
      expect(run).toMatchObject({ connection: 'offline', problem: { code, status }, state: { cents: 3 } })
      expect(run.snapshot.current.status).toBe('active')
      expect(line.requests).toHaveLength(1)
      run.in.send(paid(1))
      expect([run.state.cents, run.pending]).toEqual([4, 1])
      await expect(run.flush()).rejects.toBe(run.problem)
      expect(line.requests).toHaveLength(1)
    })
  }

  test('if its history is another one, which is never merged', async () => {
    const [served, another] = [serve(), serve()]
    const creation = { createdAt: 1, nonce: '00'.repeat(16) }
    const ids: string[] = []
    for (const { call } of [served, another]) {
      const body = JSON.stringify(creation)
      const response = await call('POST', '/m/till@1', { headers: { 'content-type': 'application/json' }, body })
      ids.push(((await response.json()) as { readonly run: string }).run)
    }
    const [id = ''] = ids
    expect(new Set(ids).size).toBe(1)
    await served.patch(id, paid(1))
    await another.patch(id, paid(2))
    const run = await connectTill(served, id, { line: lineTo(another.handler) })
    follow(run)
    await expect.poll(() => run.isClosed).toBe(true)
    expect(run).toMatchObject({ problem: { code: 'OFFSET_MISMATCH', status: 409 }, state: { cents: 1 } })
  })

  test('if it redirects to another run', async () => {
    const served = serve()
    const id = await served.newRun()
    const history = await historyOf(served, id)
    const run = connectRun(url(id), till, {
      history,
      fetch: async () => new Response(null, { status: 308, headers: { location: '/r/other' } }),
    })
    follow(run)
    await expect.poll(() => run.isClosed).toBe(true)
    expect(run.problem).toMatchObject({ code: 'SUCCEEDED' })
  })

  test('if what answers is no such server', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = connectRun(url(id), till, {
      history: await historyOf(served, id),
      fetch: async () => new Response('<html>'),
    })
    run.in.send(paid(1))
    await expect(run.flush()).rejects.toMatchObject({ code: 'UNEXPECTED' })
    expect(run.isClosed).toBe(true)
  })
})

test('a signal ends the connection', async () => {
  const served = serve()
  const id = await served.newRun()
  const stop = new AbortController()
  const run = await connectTill(served, id, { options: { signal: stop.signal } })
  follow(run)
  await expect.poll(() => run.connection).toBe('live')
  stop.abort()
  expect(run).toMatchObject({ connection: 'offline', isClosed: true, problem: undefined })
  await expect.poll(() => served.handler.subscribers).toBe(0)
})

describe('fetchRun', () => {
  test('asks for the whole history, page by page, and connects', async () => {
    const served = serve({ handler: { limits: { records: 3 } } })
    const id = await served.newRun()
    for (let cents = 1; cents <= 7; cents++) await served.patch(id, paid(cents))
    const run = await fetchRun(url(id), till, { fetch: served.handler })
    onTestFinished(() => run.close())
    expect([run.id, run.state.cents, run.snapshot.current.sequence]).toEqual([id, 28, 7])
    run.in.send(paid(1))
    await run.flush()
    expect((await served.store.head(id))?.head).toBe(run.head)
  })

  test('rejects if there is no such run', async () => {
    const served = serve()
    const missing = fetchRun(url('0'.repeat(40)), till, { fetch: served.handler })
    await expect(missing).rejects.toMatchObject({ name: 'ConnectionError', code: 'NOT_FOUND', status: 404 })
  })
})
