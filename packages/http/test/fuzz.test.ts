/** Requests of any kind: each is answered with a reason or carried out, and what is refused has changed nothing. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { type Served, serve } from './calls.ts'
import { quiet } from './quiet.ts'

quiet()

/** A tenth of what `pnpm test:soak:http` sends. */
const count = Number(process.env['FUZZED_REQUESTS'] ?? 1000)

interface Fuzzed {
  readonly method: string
  readonly path: string
  readonly headers: [string, string][]
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
}

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length })
const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const header = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019"\'*/;,=-_ .:{}[]')), maxLength: 60 })

/** Paths, with `ID` for the run that there is. */
const path = fc.oneof(
  fc.constantFrom('/r/ID', '/r/ID', '/r/ID', '/r/ID/history', '/r/ID/history', '/m/till@1', '/r', '/openapi.json'),
  hex(40).map((id) => `/r/${id}`),
  fc.oneof(hex(39), hex(64), text.map(encodeURIComponent)).map((id) => `/r/${id}/history`),
  text.map((name) => `/m/${encodeURIComponent(name)}`),
  fc.webPath(),
)

const query = fc.oneof(
  fc.constant(''),
  fc
    .record({
      offset: fc.oneof(
        fc.constantFrom('-1', 'now', '', '0', '-2', '1e3', 'NaN'),
        fc.tuple(fc.nat(), hex(40)).map(([sequence, oid]) => `${String(sequence).padStart(16, '0')}-${oid}`),
        text,
      ),
      live: fc.option(fc.oneof(fc.constantFrom('sse', 'long-poll'), text)),
      cursor: fc.option(fc.oneof(fc.nat().map(String), text)),
    })
    .map(({ offset, live, cursor }) => {
      const given = new URLSearchParams({ offset })
      if (live !== null) given.set('live', live)
      if (cursor !== null) given.set('cursor', cursor)
      return `?${given}`
    }),
)

const headers = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constant('accept'),
      fc.oneof(fc.constantFrom('*/*', 'application/json', 'text/event-stream;q=0.5', 'text/*', ';q=x'), header),
    ),
    fc.tuple(
      fc.constant('content-type'),
      fc.oneof(
        fc.constantFrom('application/json', 'application/x-ndjson', 'application/json; charset=x', 'text/plain'),
        header,
      ),
    ),
    fc.tuple(
      fc.constantFrom(
        'if-match',
        'if-none-match',
        'idempotency-key',
        'known-sequence',
        'last-event-id',
        'origin',
        'range',
        'content-encoding',
        'content-length',
        'sec-fetch-site',
      ),
      header,
    ),
  ),
  { maxLength: 5 },
)

const body = fc.oneof(
  fc.constant(undefined),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    '{"type":"PAID","cents":1}',
    '{"type":"TAKEN","cents":999999999}',
    '{"type":"PAID","cents":1}\n{"type":"PAID"',
    '{"type":"PAID","cents":1e999}',
    '{"type":"__proto__"}',
    `${'['.repeat(50_000)}`,
    `${'{"a":'.repeat(600)}1${'}'.repeat(600)}`,
    '{"type":"PAID","cents":1}\n'.repeat(3000),
    '{"format":"xmachines/1","records":[{}],"head":"x"}',
    '{"input":{"cents":-5}}',
  ),
)

const fuzzed: fc.Arbitrary<Fuzzed> = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PATCH', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'),
    path,
    query,
    headers,
    body,
  })
  .map(({ method, path, query, headers, body }) => ({
    method,
    path: path + query,
    headers,
    body: method === 'GET' || method === 'HEAD' ? undefined : body,
  }))

function requestOf(id: string, { method, path, headers, body }: Fuzzed): Request | undefined {
  try {
    const given = new Headers(headers)
    return new Request(`http://runs.example${path.replaceAll('ID', id)}`, {
      method,
      headers: given,
      body: body ?? null,
    })
  } catch {
    // No client can send it.
    return undefined
  }
}

/** What a request may change. */
async function stateOf({ store }: Served, id: string): Promise<number | undefined> {
  return (await store.head(id))?.sequence
}

test(`${count} requests of any kind are answered, and change nothing if they are refused`, async () => {
  const errors = vi.fn()
  const served = serve({ handler: { onError: errors, limits: { longPollMs: 1, bodyBytes: 60_000, heartbeatMs: 50 } } })
  const id = await served.newRun()
  await fc.assert(
    fc.asyncProperty(fuzzed, async (given) => {
      const request = requestOf(id, given)
      if (request === undefined) return
      const before = await stateOf(served, id)
      const response = await served.handler(request)
      const type = response.headers.get('content-type')
      if (response.status >= 400) {
        expect(response.status).toBeLessThan(500)
        if (given.method !== 'HEAD') {
          expect(type).toBe('application/problem+json')
          const problem = (await response.json()) as { code: string; detail: string; status: number }
          expect(problem.status).toBe(response.status)
          expect(problem.code).toMatch(/^[A-Z_]+$/)
          expect(problem.detail.length).toBeGreaterThan(10)
          expect(problem.detail.length).toBeLessThan(2000)
          expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:\d/)
        }
      } else await response.body?.cancel()
      const applies = given.method === 'PATCH' && response.status === 200
      const after = await stateOf(served, id)
      if (!applies) expect(after).toBe(before)
    }),
    { numRuns: count },
  )
  expect(errors).not.toHaveBeenCalled()
  expect(served.handler.subscribers).toBe(0)
})
