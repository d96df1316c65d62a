/**
 * A proxy for the conformance tests of the Durable Streams protocol. Our server has its reading side: histories, whose messages are
 * records. The tests write what they read, so the proxy does the writing: it keeps a stream of any content as a run, and shows of
 * each record what was written. Where it reads, how it waits, offsets, and what headers say, are the server's own.
 */
import { defineMachine } from '@xmachines/core'
import { memoryStore } from '@xmachines/core/store'
import { serveNode } from '@xmachines/http/node'
import { createHandler, type Handler, openHost } from '@xmachines/http/server'
import { encodeOffset } from '../../src/wire/offset.ts'

type StreamEvent = { type: 'APPENDED'; data: unknown } | { type: 'CLOSED' }

/** A stream: its content is in its history. */
const stream = defineMachine<{ at: 'open' } | { at: 'closed' }, StreamEvent>({
  name: 'stream',
  version: '1',
  initial: { at: 'open' },
  on: { APPENDED: (state) => state, CLOSED: () => ({ at: 'closed' }) },
  final: ['closed'],
})

interface KeptStream {
  readonly id: string
  readonly contentType: string
}

interface HistoryPart {
  readonly events?: readonly StreamEvent[]
}

const isJson = (type: string): boolean => type.startsWith('application/json')
const isText = (type: string): boolean => type.startsWith('text/')

/** The stream of the test whose long poll must get data. On a busy machine, that may come late. */
const GETS_DATA = /offset-now-longpoll-data-test/

/** A server for the tests, which is not listening yet. */
export function writingProxy(longPollMs: number) {
  const host = openHost(memoryStore(), [stream])
  const handlerFor = (milliseconds: number): Handler =>
    createHandler(host, { origins: '*', limits: { longPollMs: milliseconds } })
  const handler = handlerFor(longPollMs)
  const patient = handlerFor(60_000)
  const streams = new Map<string, KeptStream>()

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    handler(new Request(`http://runs.example${path}`, init))

  async function answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const kept = streams.get(pathname)
    if (request.method === 'PUT') return await create(request, pathname, kept)
    if (request.method === 'OPTIONS') return await ask(`/r/${'0'.repeat(40)}/history`, request)
    if (kept === undefined)
      return await ask(`/r/${'0'.repeat(40)}/history`, { method: request.method === 'POST' ? 'GET' : request.method })
    if (request.method === 'POST') return await append(request, kept)
    if (request.method === 'GET' || request.method === 'HEAD') return await read(request, kept, search)
    return await ask(`/r/${kept.id}/history`, { method: request.method })
  }

  async function create(request: Request, path: string, kept: KeptStream | undefined): Promise<Response> {
    const contentType = request.headers.get('content-type') ?? 'application/octet-stream'
    const isSame = kept?.contentType.toLowerCase() === contentType.toLowerCase()
    if (kept !== undefined && !isSame) return plain(409, {})
    const isNew = kept === undefined
    const made = kept ?? {
      id: ((await (await ask('/m/stream@1', { method: 'POST' })).json()) as { run: string }).run,
      contentType,
    }
    streams.set(path, made)
    if (isNew) {
      const written = await write(request, made)
      if (written.status >= 400) return written
    }
    const { headers } = await ask(`/r/${made.id}/history`, { method: 'HEAD' })
    return plain(isNew ? 201 : 200, { ...ends(headers), 'content-type': contentType, location: request.url })
  }

  async function append(request: Request, kept: KeptStream): Promise<Response> {
    const closes = request.headers.get('stream-closed')?.toLowerCase() === 'true'
    const end = await ask(`/r/${kept.id}/history`, { method: 'HEAD' })
    const body = await request.clone().arrayBuffer()
    const isClosed = end.headers.has('stream-closed')
    if (isClosed) return plain(closes && body.byteLength === 0 ? 204 : 409, ends(end.headers))
    if (body.byteLength === 0 && !closes) return plain(400, {})
    const given = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (body.byteLength > 0 && given === undefined) return plain(400, {})
    if (body.byteLength > 0 && given !== kept.contentType.split(';')[0]?.toLowerCase()) return plain(409, {})
    const written = await write(request, kept)
    if (written.status >= 400) return written
    return plain(204, ends((await ask(`/r/${kept.id}/history`, { method: 'HEAD' })).headers))
  }

  /** Appends the body of a request: one message is one event of a batch. */
  async function write(request: Request, { id, contentType }: KeptStream): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer())
    const messages: unknown[] = []
    if (bytes.length > 0) {
      if (isJson(contentType)) {
        try {
          messages.push(...[JSON.parse(new TextDecoder().decode(bytes)) as unknown].flat())
        } catch {
          return plain(400, {})
        }
        if (messages.length === 0 && request.method === 'POST') return plain(400, {})
      } else messages.push(Buffer.from(bytes).toString('base64'))
    }
    const events: StreamEvent[] = messages.map((data) => ({ type: 'APPENDED', data }))
    if (request.headers.get('stream-closed')?.toLowerCase() === 'true') events.push({ type: 'CLOSED' })
    if (events.length === 0) return plain(204, {})
    const run = await host.hold(id)
    try {
      await run.write(events)
    } finally {
      run.release()
    }
    return plain(204, {})
  }

  async function read(request: Request, kept: KeptStream, search: string): Promise<Response> {
    const { id, contentType } = kept
    // Streams begin behind the genesis.
    const query = new URLSearchParams(search)
    const start = encodeOffset({ sequence: 0, oid: id })
    if (query.getAll('offset').length === 1 && query.get('offset') === '-1') query.set('offset', start)
    if (!query.has('offset') && !query.has('live')) query.set('offset', start)
    const tag = request.headers.get('if-none-match')
    const { pathname } = new URL(request.url)
    const shown = await (GETS_DATA.test(pathname) ? patient : handler)(
      new Request(`http://runs.example/r/${id}/history?${query}`, {
        method: request.method,
        headers: tag === null ? {} : { 'if-none-match': tag },
        signal: request.signal,
      }),
    )
    const headers = new Headers(shown.headers)
    if (shown.status !== 200) return new Response(shown.body, { status: shown.status, headers })
    if (query.get('live') === 'sse') {
      if (!isJson(contentType) && !isText(contentType)) headers.set('stream-sse-data-encoding', 'base64')
      return new Response(shown.body?.pipeThrough(new TransformStream(sseTranslation(contentType))), { headers })
    }
    headers.set('content-type', contentType)
    headers.delete('content-length')
    if (request.method === 'HEAD') return new Response(null, { headers })
    return new Response(contentOf((await shown.json()) as HistoryPart[], contentType), { headers })
  }

  return { server: serveNode(answer), close: () => host.close() }
}

function messagesOf(records: readonly HistoryPart[]): unknown[] {
  return records.flatMap(({ events = [] }) =>
    events.flatMap((event) => (event.type === 'APPENDED' ? [event.data] : [])),
  )
}

function contentOf(records: readonly HistoryPart[], contentType: string): Buffer<ArrayBuffer> {
  const messages = messagesOf(records)
  if (isJson(contentType)) return Buffer.from(JSON.stringify(messages))
  return Buffer.concat(messages.map((data) => Buffer.from(String(data), 'base64')))
}

/** The frames of a history as frames of what was written. */
function sseTranslation(contentType: string): Transformer<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let text = ''
  return {
    transform(chunk, controller) {
      text += decoder.decode(chunk, { stream: true })
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const frame = text.slice(0, end + 2)
        text = text.slice(end + 2)
        controller.enqueue(encoder.encode(translate(frame, contentType)))
      }
    },
  }
}

function translate(frame: string, contentType: string): string {
  const data = /^event: data\ndata:(.*)\n\n$/s.exec(frame)?.[1]
  if (data === undefined) return frame
  const records = JSON.parse(data) as HistoryPart[]
  if (messagesOf(records).length === 0) return ''
  const isBinary = !isJson(contentType) && !isText(contentType)
  const shown = contentOf(records, contentType).toString(isBinary ? 'base64' : 'utf8')
  return `event: data\n${shown
    .split(/\r\n|\r|\n/)
    .map((line) => `data:${line}\n`)
    .join('')}\n`
}

function plain(status: number, headers: Record<string, string>): Response {
  return new Response(null, { status, headers: { 'x-content-type-options': 'nosniff', ...headers } })
}

/** Where a stream ends, as headers say it. */
function ends(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    ['stream-next-offset', 'stream-closed'].flatMap((name) => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
}
