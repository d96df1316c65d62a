/** A handler behind a real server of Node: answers, streams, slow and vanished readers, bodies that are too large. */
import { request as nodeRequest } from 'node:http'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
} from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { memoryStore } from '@xmachines/core/store'
import { nodeListener, type RequestHandler, serveNode } from '@xmachines/http/node'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { JSON_BODY, problemIn, type ServeOptions, serve, snapshotIn } from './calls.ts'
import { sseEvents } from './frames.ts'
import { listen } from './listen.ts'
import { paid } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

async function served(options: ServeOptions = {}) {
  const made = serve(options)
  const url = await listen(serveNode(made.handler))
  const created = await fetch(`${url}/m/till@1`, { method: 'POST' })
  const run = url + (created.headers.get('location') ?? '')
  const patch = (event: unknown, headers: Record<string, string> = {}) =>
    fetch(run, { method: 'PATCH', headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(event) })
  return { ...made, url, run, patch }
}

describe('a server of Node', () => {
  test('answers requests', async () => {
    const { run, patch } = await served()
    const written = await patch(paid(5))
    expect(written.status).toBe(200)
    const shown = await fetch(run)
    expect(await snapshotIn(shown)).toEqual(await snapshotIn(written))
    // A body that is all there has a length.
    expect(Number(shown.headers.get('content-length'))).toBeGreaterThan(0)
    expect((await fetch(run, { headers: { 'if-none-match': shown.headers.get('etag') ?? '' } })).status).toBe(304)
    expect((await fetch(run, { method: 'HEAD' })).headers.get('etag')).toBe(shown.headers.get('etag'))
  })

  test('streams, with the headers at once', async () => {
    const { run, patch } = await served()
    const response = await fetch(`${run}/history?offset=now&live=sse`)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const events = sseEvents(response)
    expect(await events.next()).toMatchObject({ event: 'control', data: { upToDate: true } })
    await patch(paid(1))
    expect(await events.next()).toMatchObject({ event: 'data', data: [{ events: [paid(1)] }] })
    await events.cancel()
  })

  test('cancels what nobody reads any more', async () => {
    const { run, handler, host } = await served({ host: { idleMs: 20 } })
    const aborts = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const abort = new AbortController()
        const path = at % 2 === 0 ? run : `${run}/history?offset=-1&live=sse`
        await fetch(path, { headers: { accept: 'text/event-stream' }, signal: abort.signal })
        return abort
      }),
    )
    expect(handler.subscribers).toBe(50)
    for (const abort of aborts) abort.abort()
    await vi.waitFor(() => expect(handler.subscribers).toBe(0))
    await vi.waitFor(() => expect(host.open).toBe(0))
  })

  test('cancels a long poll that nobody waits for', async () => {
    const { run, handler } = await served()
    const abort = new AbortController()
    const polling = fetch(`${run}/history?offset=now&live=long-poll`, { signal: abort.signal })
    await vi.waitFor(() => expect(handler.subscribers).toBe(1))
    abort.abort()
    await expect(polling).rejects.toThrow()
    await vi.waitFor(() => expect(handler.subscribers).toBe(0))
  })

  test('gives a slow reader the latest snapshot, and buffers none', async () => {
    const { run, patch, handler } = await served()
    const { hostname, port, pathname } = new URL(run)
    const socket = connect(Number(port), hostname)
    onTestFinished(() => void socket.destroy())
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`)
    await vi.waitFor(() => expect(handler.subscribers).toBe(1))
    socket.pause()
    let last = 0
    for (let at = 0; at < 500; at++) last = (await snapshotIn(await patch(paid(1)))).sequence
    let text = ''
    socket.on('data', (chunk) => {
      text += String(chunk)
    })
    socket.resume()
    await vi.waitFor(() => expect(text).toContain(`"sequence":${last}`))
  })

  test('answers a body that is too large before it has ended', async () => {
    const { url, run } = await served({ handler: { limits: { bodyBytes: 1000 } } })
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = nodeRequest(run, { method: 'PATCH', headers: JSON_BODY }, (response) => {
        resolve(response.statusCode)
        response.resume()
        request.destroy()
      })
      request.on('error', reject)
      request.write('x'.repeat(5000))
    })
    expect(status).toBe(413)
    expect((await fetch(`${url}/openapi.json`)).status).toBe(200)
  })

  test('refuses what is no request', async () => {
    const { url } = await served()
    const answer = (head: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(head))
        let text = ''
        socket.on('data', (chunk) => {
          text += String(chunk)
        })
        socket.on('error', () => undefined)
        socket.on('close', () => resolve(text.slice(0, 12)))
      })
    expect(await answer('GET / HTTP/1.1\r\nhost: a b\r\n\r\n')).toBe('HTTP/1.1 400')
    expect(await answer('TRACE / HTTP/1.1\r\nhost: a\r\n\r\n')).toBe('HTTP/1.1 400')
    expect(await answer('GET //me:secret@a/ HTTP/1.1\r\nhost: a\r\n\r\n')).toBe('HTTP/1.1 400')
    expect(await answer('OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')).toBe('HTTP/1.1 404')
  })

  test('answers the same, whether it asks the handler itself or a function around it', async () => {
    const { handler, run, patch } = await served()
    await patch(paid(5))
    const around = await listen(serveNode((request) => handler(request)))
    const { pathname } = new URL(run)
    const requests: readonly [path: string, init?: RequestInit][] = [
      [pathname],
      [pathname, { method: 'HEAD' }],
      [pathname, { method: 'OPTIONS' }],
      [pathname, { method: 'PUT' }],
      [pathname, { method: 'PATCH', headers: JSON_BODY, body: '{' }],
      [pathname, { method: 'PATCH', headers: JSON_BODY, body: new Uint8Array([0xff]) }],
      [pathname, { method: 'PATCH', headers: { 'content-type': 'text/plain' }, body: 'x' }],
      [pathname, { method: 'PATCH', headers: { ...JSON_BODY, 'if-match': '"x"' }, body: JSON.stringify(paid(1)) }],
      [`${pathname}/history`],
      ['/r/1'],
      ['/openapi.json'],
    ]
    for (const [path, init] of requests) {
      const answers = await Promise.all([fetch(new URL(path, run), init), fetch(new URL(path, around), init)])
      const [bare, whole] = await Promise.all(
        answers.map(async (answer) => {
          const { date: _date, ...headers } = Object.fromEntries(answer.headers)
          return { status: answer.status, headers, text: await answer.text() }
        }),
      )
      expect(bare, path).toEqual(whole)
    }
  })

  test('joins headers that come more than once', async () => {
    const { run } = await served()
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = ['content-type', 'application/json', 'content-type', 'text/plain', 'host', 'a']
      const request = nodeRequest(run, { method: 'PATCH', headers }, (response) => {
        resolve(response.statusCode)
        response.resume()
      })
      request.on('error', reject)
      request.end(JSON.stringify(paid(1)))
    })
    expect(status).toBe(415)
  })

  test('gives code of its user a whole request, whose body can be read beside', async () => {
    const bodies: string[] = []
    const { patch, host } = await served({
      handler: {
        async authorize(request, { action }) {
          if (action === 'write') bodies.push(await request.clone().text())
          return true
        },
        onError: (_error, request) => void bodies.push(request.method),
      },
    })
    expect((await patch(paid(5))).status).toBe(200)
    await host.close()
    expect((await patch(paid(6))).status).toBe(503)
    expect(bodies).toEqual([JSON.stringify(paid(5)), JSON.stringify(paid(6))])
  })

  test('reports a fault with its request, also after the body was read', async () => {
    const store = memoryStore()
    const reported: Request[] = []
    const { patch } = await served({ store, handler: { onError: (_error, request) => void reported.push(request) } })
    vi.spyOn(store, 'receipt').mockRejectedValue(new Error('the secret'))
    vi.spyOn(store, 'head').mockRejectedValue(new Error('the secret'))
    vi.spyOn(store, 'read').mockImplementation(() => {
      throw new Error('the secret')
    })
    const response = await patch(paid(5), { 'idempotency-key': 'one' })
    expect((await problemIn(response)).code).toBe('UNAVAILABLE')
    expect(reported.map(({ method }) => method)).toEqual(['PATCH'])
  })

  test('says in what way a handler is wrong', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue()
    const server = serveNode(() => Promise.reject(new Error('the secret')))
    const response = await fetch(await listen(server))
    expect([response.status, await response.text()]).toEqual([500, ''])
    expect(printed).toHaveBeenCalledWith(expect.stringContaining('rejected'), expect.any(Error))
  })

  test('breaks off an answer whose body fails', async () => {
    const server = serveNode(async () => {
      let chunks = 0
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          chunks += 1
          if (chunks < 3) controller.enqueue(new Uint8Array(10))
          else controller.error(new Error('no more'))
        },
      })
      return new Response(body)
    })
    const url = await listen(server)
    await expect(fetch(url).then((response) => response.arrayBuffer())).rejects.toThrow()
  })

  test('keeps several cookies apart', async () => {
    const server = serveNode(async () => {
      const response = new Response('x')
      response.headers.append('set-cookie', 'a=1')
      response.headers.append('set-cookie', 'b=2')
      return response
    })
    expect((await fetch(await listen(server))).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })
})

test('a listener serves beside others', async () => {
  const { createServer } = await import('node:http')
  const { handler } = serve({ handler: { base: '/api' } })
  const listener = nodeListener(handler)
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/api/') === true) listener(request, response)
    else response.end('mine')
  })
  const url = await listen(server)
  expect(await (await fetch(url)).text()).toBe('mine')
  expect((await problemIn(await fetch(`${url}/api/m/none@1`))).code).toBe('NOT_FOUND')
})

describe('a server of HTTP/2', () => {
  async function connected(handler: RequestHandler): Promise<ClientHttp2Session> {
    const server = createHttp2Server(nodeListener(handler))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(async () => {
      client.destroy()
      await new Promise((resolve) => server.close(resolve))
    })
    return client
  }

  test('carries the streams of many runs in one connection, and cancels what nobody reads any more', async () => {
    const { handler, newRun } = serve()
    const client = await connected(handler)
    const ids = await Promise.all(Array.from({ length: 30 }, () => newRun()))
    const streams = ids.map((id) => client.request({ ':path': `/r/${id}/history?offset=now&live=sse` }))
    const texts = streams.map((stream) => {
      let text = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      return () => text
    })
    const patched = client.request({ ':path': `/r/${ids[29]}`, ':method': 'PATCH', ...JSON_BODY })
    patched.end(JSON.stringify(paid(7)))
    await vi.waitFor(() => expect(texts[29]?.()).toContain('"cents":7'), { timeout: 30_000 })
    await vi.waitFor(() => expect(texts.every((text) => text().includes('event: control'))).toBe(true), {
      timeout: 30_000,
    })
    expect(handler.subscribers).toBe(30)
    for (const stream of streams.slice(0, 10)) stream.close()
    await vi.waitFor(() => expect(handler.subscribers).toBe(20), { timeout: 30_000 })
    client.destroy()
    await vi.waitFor(() => expect(handler.subscribers).toBe(0), { timeout: 30_000 })
  })

  test.each(['a handler', 'any function'])('takes no body that was cut off for a whole one, with %s', async (kind) => {
    const { handler, newRun } = serve()
    const asked = vi.fn<RequestHandler>((request) => handler(request))
    const client = await connected(kind === 'a handler' ? handler : asked)
    const path = `/r/${await newRun()}`
    const cut = client.request({ ':path': path, ':method': 'PATCH', ...JSON_BODY })
    await new Promise((resolve) => cut.write(JSON.stringify(paid(7)), resolve))
    // The server has the event when it has answered what was sent after it.
    await textOf(client.request({ ':path': path }))
    cut.destroy()
    expect(await textOf(client.request({ ':path': path }))).toContain('"cents":0')
    const whole = client.request({ ':path': path, ':method': 'PATCH', ...JSON_BODY })
    whole.end(JSON.stringify(paid(1)))
    expect(await textOf(whole)).toContain('"cents":1')
  })

  test.each(['a handler', 'any function'])('ends a stream whose body is too large, with %s', async (kind) => {
    const { handler, newRun } = serve({ handler: { limits: { bodyBytes: 1000 } } })
    const client = await connected(kind === 'a handler' ? handler : (request) => handler(request))
    const path = `/r/${await newRun()}`
    const large = client.request({ ':path': path, ':method': 'PATCH', ...JSON_BODY })
    large.on('error', () => undefined)
    // Its body never ends.
    large.write(' '.repeat(2000))
    expect(await textOf(large)).toContain('TOO_LARGE')
    expect(large.rstCode).toBe(constants.NGHTTP2_NO_ERROR)
  })
})

/** What a stream of HTTP/2 says until it is closed. */
async function textOf(stream: ClientHttp2Stream): Promise<string> {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await new Promise((resolve) => stream.on('close', resolve))
  return text
}
