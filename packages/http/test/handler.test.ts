/** The handler: what each request is answered with. */
import { createRun, defineMachine } from '@xmachines/core'
import { memoryStore, type RunStore, StoreError } from '@xmachines/core/store'
import { createHandler } from '@xmachines/http/server'
import { describe, expect, test, vi } from 'vitest'
import { JSON_BODY, problemIn, serve, snapshotIn } from './calls.ts'
import { order, paid, type Till, type TillEvent, taken, till } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

const NDJSON = { 'content-type': 'application/x-ndjson' }

describe('GET /m/NAME@VERSION', () => {
  test('describes a machine as JSON', async () => {
    const { call } = serve()
    const response = await call('GET', '/m/order@1.0')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(await response.json()).toMatchObject({
      name: 'order',
      version: '1.0',
      unhandled: 'ignore',
      arrows: [{ event: 'PAY' }, { event: 'PAID' }],
    })
  })

  test('describes it as Markdown with its diagram', async () => {
    const { call } = serve()
    const response = await call('GET', '/m/till%401', { headers: { accept: 'text/markdown' } })
    expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
    const text = await response.text()
    expect(text).toContain('# till@1\n')
    expect(text).toContain('```mermaid\nstateDiagram')
    expect(text).toContain('- `PAID`\n')
  })

  test('describes its events as JSON Schema, if its schema can say it', async () => {
    const { call } = serve()
    const headers = { accept: 'application/schema+json' }
    const response = await call('GET', '/m/till@1', { headers })
    expect(response.status).toBe(200)
    expect(JSON.stringify(await response.json())).toContain('"const":"PAID"')
    expect((await call('GET', '/m/order@1.0', { headers })).status).toBe(406)
  })

  test('answers 304 to one who has it', async () => {
    const { call } = serve()
    const etag = (await call('GET', '/m/till@1')).headers.get('etag') ?? ''
    expect((await call('GET', '/m/till@1', { headers: { 'if-none-match': `"other", W/${etag}` } })).status).toBe(304)
    expect((await call('GET', '/m/till@1', { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  test('is 404 for a machine that is not here', async () => {
    const { call } = serve()
    for (const path of ['/m/till@2', '/m/other@1', '/m/TILL@1', '/m/till', '/m/']) {
      expect((await problemIn(await call('GET', path))).code).toBe('NOT_FOUND')
    }
  })
})

describe('POST /m/NAME@VERSION', () => {
  test('creates a run', async () => {
    const { call, store } = serve()
    const response = await call('POST', '/m/till@1', { headers: JSON_BODY, body: '{"input":{"cents":5}}' })
    expect(response.status).toBe(201)
    const snapshot = await snapshotIn(response)
    expect(snapshot).toMatchObject({
      state: { at: 'open', cents: 5 },
      sequence: 0,
      status: 'active',
      head: snapshot.run,
    })
    expect(response.headers.get('location')).toBe(`/r/${snapshot.run}`)
    expect(response.headers.get('etag')).toBe(`"${snapshot.head}-active"`)
    expect(await store.head(snapshot.run)).toEqual({ head: snapshot.run, sequence: 0 })
  })

  test('can be sent again if its id is known beforehand', async () => {
    const { call } = serve()
    const body = JSON.stringify({ createdAt: 1_700_000_000, nonce: '00112233445566778899aabbccddeeff' })
    const responses = [
      await call('POST', '/m/till@1', { headers: JSON_BODY, body }),
      await call('POST', '/m/till@1', { headers: JSON_BODY, body }),
    ]
    expect(responses.map(({ status }) => status)).toEqual([201, 200])
    const [first, again] = await Promise.all(responses.map(snapshotIn))
    expect(again).toEqual(first)
    expect(first?.run).toBe(
      createRun(till, {
        createdAt: 1_700_000_000,
        nonce: Uint8Array.from({ length: 16 }, (_, at) => at * 0x11),
      }).id,
    )
  })

  test.each([
    ['[]', 'the body is not an object'],
    ['{"inputs":1}', 'the body has the member "inputs"'],
    ['{"nonce":"zz"}', 'nonce is not 32 hex digits'],
    ['{"createdAt":"now"}', 'createdAt is not a number'],
    ['{"createdAt":-1}', 'createdAt is -1'],
    ['{"input":', 'the body is not JSON'],
  ])('refuses %s', async (body, detail) => {
    const { call } = serve()
    const response = await call('POST', '/m/till@1', { headers: JSON_BODY, body })
    const problem = await problemIn(response)
    expect([response.status, problem.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(problem.detail).toContain(detail)
  })

  test('gives the refusal of an input', async () => {
    const { call } = serve()
    const response = await call('POST', '/m/till@1', { headers: JSON_BODY, body: '{"input":{"cents":-1}}' })
    expect(response.status).toBe(409)
    expect(await problemIn(response)).toMatchObject({
      code: 'REFUSED',
      reason: 'A till does not begin with less than nothing.',
    })
  })
})

describe('POST /r', () => {
  function documents() {
    const run = createRun(till)
    run.in.send(paid(1))
    const short = JSON.stringify(run)
    run.in.send(paid(2))
    return { run, short, long: JSON.stringify(run) }
  }

  test('keeps a run that was recorded elsewhere: new, known, further', async () => {
    const { call } = serve()
    const { run, short, long } = documents()
    const statuses: number[] = []
    for (const body of [short, short, long, short]) {
      const response = await call('POST', '/r', { headers: JSON_BODY, body })
      statuses.push(response.status)
      expect(response.headers.get('location')).toBe(`/r/${run.id}`)
    }
    expect(statuses).toEqual([201, 200, 200, 200])
    expect((await snapshotIn(await call('GET', `/r/${run.id}`))).head).toBe(run.head)
  })

  test('refuses one that was changed, that diverged, and that is none', async () => {
    const { call, patch } = serve()
    const { run, short, long } = documents()
    const changed = long.replace('"cents":2', '"cents":200')
    const tampered = await call('POST', '/r', { headers: JSON_BODY, body: changed })
    expect([tampered.status, (await problemIn(tampered)).code]).toEqual([422, 'HISTORY_MISMATCH'])
    await call('POST', '/r', { headers: JSON_BODY, body: short })
    const { head } = await snapshotIn(await patch(run.id, taken(1)))
    const diverged = await call('POST', '/r', { headers: JSON_BODY, body: long })
    expect([diverged.status, await problemIn(diverged)]).toMatchObject([409, { code: 'DIVERGED', head, sequence: 2 }])
    for (const body of ['{}', '[]', 'null', '{"format":"xmachines/2","records":[]}']) {
      const response = await call('POST', '/r', { headers: JSON_BODY, body })
      expect([400, 422]).toContain(response.status)
    }
    const unknown = defineMachine<number, { type: 'INC' }>({ name: 'unknown', version: '1', initial: 0, on: {} })
    const mismatch = await call('POST', '/r', { headers: JSON_BODY, body: JSON.stringify(createRun(unknown)) })
    expect((await problemIn(mismatch)).code).toBe('MACHINE_MISMATCH')
  })
})

describe('GET /r/ID', () => {
  test('shows the latest snapshot', async () => {
    const { call, newRun, patch } = serve()
    const id = await newRun()
    const written = await snapshotIn(await patch(id, paid(5)))
    const response = await call('GET', `/r/${id}`)
    expect([response.status, await snapshotIn(response)]).toEqual([200, written])
    expect(response.headers.get('cache-control')).toBe('private, no-cache')
    expect(response.headers.get('vary')).toContain('Accept')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('answers 304 to one who has it, and not after a change', async () => {
    const { call, newRun, patch } = serve()
    const id = await newRun()
    const etag = (await call('GET', `/r/${id}`)).headers.get('etag') ?? ''
    const again = await call('GET', `/r/${id}`, { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    await patch(id, paid(1))
    expect((await call('GET', `/r/${id}`, { headers: { 'if-none-match': etag } })).status).toBe(200)
    expect((await call('GET', `/r/${id}`, { headers: { 'if-none-match': '*' } })).status).toBe(304)
  })

  test('is 404 for what is unknown or malformed', async () => {
    const { call } = serve()
    for (const id of [
      '0'.repeat(40),
      'f'.repeat(64),
      'x',
      '0'.repeat(39),
      'A'.repeat(40),
      `${'0'.repeat(40)}/x`,
      '%2e',
    ]) {
      const response = await call('GET', `/r/${id}`)
      expect([response.status, (await problemIn(response)).code]).toEqual([404, 'NOT_FOUND'])
    }
    expect((await call('GET', `/r/%`)).status).toBe(400)
  })

  test('is not older than what the caller knows', async () => {
    const store = memoryStore()
    const one = serve({ store })
    // This server hears nothing of what others append.
    const deaf: RunStore = { ...store, follow: () => new ReadableStream() }
    const other = serve({ store: deaf })
    const id = await one.newRun()
    await other.call('GET', `/r/${id}`)
    await one.patch(id, paid(1))
    expect((await snapshotIn(await other.call('GET', `/r/${id}`))).sequence).toBe(0)
    const response = await other.call('GET', `/r/${id}`, { headers: { 'known-sequence': '1' } })
    expect((await snapshotIn(response)).sequence).toBe(1)
  })

  test.each([
    ['application/json;q=0.1, text/event-stream', 'text/event-stream'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['*/*', 'application/json'],
    ['text/*', 'text/event-stream'],
    ['application/*;q=0.5, text/event-stream;q=0.4', 'application/json'],
    ['', 'application/json'],
  ])('of those who accept %j gives %s', async (accept, type) => {
    const { call, newRun } = serve()
    const response = await call('HEAD', `/r/${await newRun()}`, { headers: { accept } })
    expect([response.status, response.headers.get('content-type'), response.body]).toEqual([200, type, null])
  })

  test.each(['image/png', 'application/json;q=0', 'text/markdown'])(
    'is 406 for those who accept %s',
    async (accept) => {
      const { call, newRun } = serve()
      const response = await call('GET', `/r/${await newRun()}`, { headers: { accept } })
      expect([response.status, (await problemIn(response)).code]).toEqual([406, 'NOT_ACCEPTABLE'])
    },
  )
})

describe('PATCH /r/ID', () => {
  test('applies one event, and gives the snapshot behind it', async () => {
    const { newRun, patch } = serve()
    const id = await newRun()
    const responses = await Promise.all([patch(id, paid(1)), patch(id, paid(2)), patch(id, paid(4))])
    const snapshots = await Promise.all(responses.map(snapshotIn))
    expect(snapshots.map(({ sequence, state }) => [sequence, state.cents])).toEqual([
      [1, 1],
      [2, 3],
      [3, 7],
    ])
    for (const [at, response] of responses.entries()) {
      expect(response.headers.get('etag')).toBe(`"${snapshots[at]?.head}-active"`)
    }
  })

  test('applies a batch whole or not at all', async () => {
    const { newRun, call } = serve()
    const id = await newRun()
    const body = `${JSON.stringify(paid(3))}\n\n${JSON.stringify(paid(4))}\n`
    const applied = await call('PATCH', `/r/${id}`, { headers: NDJSON, body })
    expect(await snapshotIn(applied)).toMatchObject({ sequence: 1, state: { cents: 7 } })
    const refused = await call('PATCH', `/r/${id}`, {
      headers: NDJSON,
      body: `${JSON.stringify(taken(7))}\n${JSON.stringify(taken(1))}\n`,
    })
    expect(refused.status).toBe(409)
    expect(await problemIn(refused)).toMatchObject({
      type: 'urn:xmachines:problem:REFUSED',
      code: 'REFUSED',
      status: 409,
      run: id,
      sequence: 1,
      index: 1,
      reason: 'Too little is there.',
      details: { left: 0 },
    })
    expect((await snapshotIn(await call('GET', `/r/${id}`))).state.cents).toBe(7)
  })

  test.each([
    ['{"type":3}', 400, 'INVALID_EVENT'],
    ['{}', 400, 'INVALID_EVENT'],
    ['3', 400, 'INVALID_EVENT'],
    ['{"type":"PAID","__proto__":{}}', 400, 'INVALID_EVENT'],
    ['"\\ud800"', 400, 'INVALID_EVENT'],
    ['[{"type":"PAID","cents":1}]', 400, 'INVALID_REQUEST'],
    ['', 400, 'INVALID_REQUEST'],
    ['{"type":', 400, 'INVALID_REQUEST'],
    ['{"type":"PAID","cents":"1"}', 422, 'SCHEMA_MISMATCH'],
    ['{"type":"OTHER"}', 422, 'SCHEMA_MISMATCH'],
    ['{"type":"TAKEN","cents":1}', 409, 'REFUSED'],
    ['{"type":"BROKEN"}', 500, 'TRANSITION_FAILED'],
  ])('refuses %s', async (body, status, code) => {
    const { newRun, call } = serve()
    const id = await newRun()
    const response = await call('PATCH', `/r/${id}`, { headers: JSON_BODY, body })
    const problem = await problemIn(response)
    expect([response.status, problem.code, problem.status]).toEqual([status, code, status])
    expect(JSON.stringify(problem)).not.toMatch(/secret|\.ts:\d+/)
    expect((await snapshotIn(await call('GET', `/r/${id}`))).sequence).toBe(0)
  })

  test('refuses what comes after the end', async () => {
    const { newRun, patch } = serve()
    const id = await newRun()
    const done = await patch(id, { type: 'CLOSED' })
    expect(done.headers.get('etag')).toMatch(/-done"$/)
    expect((await snapshotIn(done)).status).toBe('done')
    const refused = await patch(id, paid(1))
    expect([refused.status, (await problemIn(refused)).code]).toEqual([409, 'RUN_DONE'])
  })

  test('gives a fatal refusal to its sender alone, and goes on', async () => {
    const { newRun, patch, call } = serve()
    const id = await newRun()
    await patch(id, paid(1))
    const fatal = await patch(id, { type: 'FATAL' })
    expect([fatal.status, await problemIn(fatal)]).toMatchObject([500, { code: 'TRANSITION_FAILED', fatal: true }])
    expect(await snapshotIn(await call('GET', `/r/${id}`))).toMatchObject({ status: 'active', sequence: 1 })
    expect(await snapshotIn(await patch(id, paid(1)))).toMatchObject({ status: 'active', sequence: 2 })
  })

  test('applies nothing if the head is not that of If-Match', async () => {
    const { newRun, patch } = serve()
    const id = await newRun()
    const first = await patch(id, paid(1), { 'if-match': `"${id}"` })
    const { head } = await snapshotIn(first)
    for (const tag of [`"${id}-active"`, `"${id}"`, `W/"${head}-active"`.replace(head, id), '"x"', 'x']) {
      const response = await patch(id, paid(1), { 'if-match': tag })
      expect([response.status, (await problemIn(response)).code]).toEqual([412, 'HEAD_MOVED'])
    }
    const moved = await problemIn(await patch(id, paid(1), { 'if-match': `"${id}"` }))
    expect(moved).toMatchObject({ head, sequence: 1 })
    expect((await patch(id, paid(1), { 'if-match': first.headers.get('etag') ?? '' })).status).toBe(200)
    expect((await patch(id, paid(1), { 'if-match': '*' })).status).toBe(200)
  })

  test('answers a key that was used as the first time, also at another server', async () => {
    const one = serve()
    const other = serve({ store: one.store })
    const id = await one.newRun()
    const headers = { 'idempotency-key': 'first' }
    const first = await one.patch(id, paid(1), headers)
    await one.patch(id, paid(2))
    const snapshot = await snapshotIn(first)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    for (const { patch } of [one, other]) {
      const again = await patch(id, paid(1), headers)
      expect([again.status, again.headers.get('idempotency-replayed'), again.headers.get('etag')]).toEqual([
        200,
        'true',
        first.headers.get('etag'),
      ])
      expect(await snapshotIn(again)).toEqual(snapshot)
    }
    const reused = await one.patch(id, paid(3), headers)
    expect([reused.status, (await problemIn(reused)).code]).toEqual([422, 'KEY_REUSED'])
    expect(
      (await snapshotIn(await other.call('GET', `/r/${id}`, { headers: { 'known-sequence': '2' } }))).sequence,
    ).toBe(2)
  })

  test('applies nothing if the keys do not reach back far enough', async () => {
    const { newRun, patch } = serve()
    const id = await newRun()
    for (let at = 0; at < 1100; at += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, more) =>
          patch(id, paid(1), { 'idempotency-key': `key ${at + more}`.replace(' ', '-') }),
        ),
      )
    }
    const expired = await patch(id, paid(1), { 'idempotency-key': 'new' })
    expect([expired.status, (await problemIn(expired)).code]).toEqual([409, 'KEY_EXPIRED'])
    const known = await patch(id, paid(1), { 'idempotency-key': 'new', 'known-sequence': '1100' })
    expect([known.status, (await snapshotIn(known)).sequence]).toEqual([200, 1101])
  })

  test.each([
    { 'idempotency-key': '' },
    { 'idempotency-key': 'x'.repeat(257) },
    { 'idempotency-key': 'a b' },
    { 'known-sequence': '-1' },
    { 'known-sequence': 'x' },
  ])('refuses the header %j', async (headers) => {
    const { newRun, patch } = serve()
    const response = await patch(await newRun(), paid(1), headers)
    expect([response.status, (await problemIn(response)).code]).toEqual([400, 'INVALID_REQUEST'])
  })

  test.each([
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/json; charset=latin1' }],
    [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    [{ 'content-type': '' }],
  ])('is 415 for %j', async (headers) => {
    const { newRun, call } = serve()
    const response = await call('PATCH', `/r/${await newRun()}`, { headers, body: JSON.stringify(paid(1)) })
    expect([response.status, response.headers.get('accept-patch')]).toEqual([
      415,
      'application/json, application/x-ndjson',
    ])
  })

  test('takes UTF-8, and nothing else', async () => {
    const { newRun, handler } = serve()
    const id = await newRun()
    const body = Uint8Array.from([0x22, 0xff, 0x22])
    const response = await handler(
      new Request(`http://runs.example/r/${id}`, { method: 'PATCH', headers: JSON_BODY, body }),
    )
    expect([response.status, (await problemIn(response)).detail]).toEqual([400, 'the body is not UTF-8; encode it so'])
  })

  test('takes no more bytes and events than it may', async () => {
    const { newRun, call, patch } = serve({ handler: { limits: { bodyBytes: 100, events: 2 } } })
    const id = await newRun()
    expect((await patch(id, { ...paid(1), more: 'x'.repeat(100) })).status).toBe(413)
    const line = `${JSON.stringify(paid(1))}\n`
    expect((await call('PATCH', `/r/${id}`, { headers: NDJSON, body: line.repeat(3) })).status).toBe(413)
    expect((await call('PATCH', `/r/${id}`, { headers: NDJSON, body: line.repeat(2) })).status).toBe(200)
    const said = await call('PATCH', `/r/${id}`, { headers: { ...JSON_BODY, 'content-length': '101' }, body: line })
    expect(said.status).toBe(413)
  })

  test('is 503 if the store does not answer in time, and can be sent again', async () => {
    const store = memoryStore()
    const { newRun, patch } = serve({ store, handler: { limits: { waitMs: 20 } } })
    const id = await newRun()
    const { append } = store
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    store.append = async (...given) => {
      await gate
      await append(...given)
    }
    const headers = { 'idempotency-key': 'a' }
    const late = await patch(id, paid(1), headers)
    expect([late.status, late.headers.get('retry-after'), (await problemIn(late)).code]).toEqual([
      503,
      '1',
      'UNAVAILABLE',
    ])
    release()
    await expect.poll(async () => (await patch(id, paid(1), headers)).status).toBe(200)
    expect((await store.head(id))?.sequence).toBe(1)
  })

  test('is 503 for a store that fails, without its text', async () => {
    const store = memoryStore()
    const run = await serve({ store }).newRun()
    const errors: unknown[] = []
    const served = serve({ store, handler: { onError: (error) => errors.push(error) } })
    store.read = () => {
      throw new StoreError('UNAVAILABLE', 'no route to /secret/database')
    }
    const response = await served.patch(run, paid(1))
    const problem = await problemIn(response)
    expect([response.status, problem.code, response.headers.get('retry-after')]).toEqual([503, 'UNAVAILABLE', '1'])
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(errors).toMatchObject([{ code: 'UNAVAILABLE' }])
    // The clients of databases throw errors of their own.
    store.read = () =>
      new ReadableStream({
        start(controller) {
          controller.error(new Error('connection to /secret/database refused'))
        },
      })
    const refused = await served.patch(run, paid(1))
    expect([refused.status, (await problemIn(refused)).code]).toEqual([503, 'UNAVAILABLE'])
    expect(errors.at(-1)).toMatchObject({ cause: { message: 'connection to /secret/database refused' } })
  })
})

describe('every path', () => {
  test.each([
    ['/openapi.json', 'GET, HEAD, OPTIONS'],
    ['/m/till@1', 'GET, HEAD, OPTIONS, POST'],
    ['/r', 'GET, HEAD, OPTIONS, POST'],
    [`/r/${'0'.repeat(40)}`, 'GET, HEAD, OPTIONS, PATCH'],
    [`/r/${'0'.repeat(40)}/history`, 'GET, HEAD, OPTIONS'],
  ])('%s says what it allows', async (path, allow) => {
    const { call } = serve()
    const response = await call('OPTIONS', path)
    expect([response.status, response.headers.get('allow')]).toEqual([204, allow])
    const refused = await call('PUT', path)
    expect([refused.status, refused.headers.get('allow'), (await problemIn(refused)).code]).toEqual([
      405,
      allow,
      'METHOD_NOT_ALLOWED',
    ])
  })

  test('says how a history is written', async () => {
    const { call } = serve()
    const response = await call('POST', `/r/${'0'.repeat(40)}/history`, { body: 'x' })
    expect((await problemIn(response)).detail).toContain('PATCH')
    const options = await call('OPTIONS', `/r/${'0'.repeat(40)}`)
    expect(options.headers.get('accept-patch')).toBe('application/json, application/x-ndjson')
  })

  test('is below the base, if there is one', async () => {
    const { call } = serve({ handler: { base: '/api' } })
    const response = await call('POST', '/api/m/till@1')
    expect(response.headers.get('location')).toMatch(/^\/api\/r\//)
    expect((await call('POST', '/m/till@1')).status).toBe(404)
    expect((await call('GET', response.headers.get('location') ?? '')).status).toBe(200)
  })

  test('answers HEAD as GET, without a body', async () => {
    const { call, newRun } = serve()
    const id = await newRun()
    for (const path of ['/openapi.json', '/m/till@1', `/r/${id}`, `/r/${id}/history`]) {
      const head = await call('HEAD', path)
      expect([head.status, await head.text()]).toEqual([200, ''])
      expect(head.headers.get('content-type')).toBe((await call('GET', path)).headers.get('content-type'))
    }
  })
})

describe('authorizeEvents', () => {
  /** Only what is paid may be sent, and only while there is no more than 5. */
  const guarded = (): ReturnType<typeof serve> =>
    serve({
      handler: {
        authorizeEvents(_request, { events, snapshot, expectedHead }) {
          if (expectedHead !== undefined) return new Response(expectedHead, { status: 401 })
          const { cents = 0 } = (snapshot?.state ?? {}) as Partial<Till>
          return cents <= 5 && events.every((event) => (event as TillEvent | null)?.type === 'PAID')
        },
      },
    })

  test('decides about a batch by its events and the state that they meet', async () => {
    const { call, newRun, patch } = guarded()
    const id = await newRun()
    const batch = [paid(1), taken(1)].map((event) => JSON.stringify(event)).join('\n')
    const sent = await call('PATCH', `/r/${id}`, { headers: NDJSON, body: batch })
    expect([sent.status, (await problemIn(sent)).code]).toEqual([403, 'FORBIDDEN'])
    expect((await patch(id, paid(6))).status).toBe(200)
    expect((await patch(id, paid(1))).status).toBe(403)
    expect(await snapshotIn(await call('GET', `/r/${id}`))).toMatchObject({ sequence: 1, state: { cents: 6 } })
  })

  test('decides about all events of a document, in each form that a document has', async () => {
    const { call } = guarded()
    const run = createRun(till)
    run.in.send([paid(2), taken(1)])
    const { records } = run.toJSON()
    for (const document of [run, records]) {
      const sent = await call('POST', '/r', { headers: JSON_BODY, body: JSON.stringify(document) })
      expect([sent.status, (await problemIn(sent)).code]).toEqual([403, 'FORBIDDEN'])
    }
    expect((await call('GET', `/r/${run.id}`)).status).toBe(404)
    const honest = createRun(till)
    honest.in.send(paid(2))
    expect((await call('POST', '/r', { headers: JSON_BODY, body: JSON.stringify(honest) })).status).toBe(201)
  })

  test('gets the head of If-Match, and may give the answer', async () => {
    const { handler, newRun } = guarded()
    const id = await newRun()
    const headers = { ...JSON_BODY, 'if-match': `"${id}"` }
    const body = JSON.stringify(paid(1))
    const sent = await handler(new Request(`http://runs.example/r/${id}`, { method: 'PATCH', headers, body }))
    expect([sent.status, await sent.text()]).toEqual([401, id])
  })

  test('leaves what is no document and no event to be refused as that', async () => {
    const { call, newRun } = guarded()
    for (const body of ['"records"', '{"records":7}', '[{"events":7}]']) {
      expect((await call('POST', '/r', { headers: JSON_BODY, body })).status).toBeGreaterThanOrEqual(400)
    }
    const sent = await call('PATCH', `/r/${await newRun()}`, { headers: JSON_BODY, body: 'null' })
    expect(sent.status).toBe(403)
  })
})

describe('authorize', () => {
  test('decides before anything is opened', async () => {
    const store = memoryStore()
    const wanted: unknown[] = []
    const { call, host } = serve({
      store,
      handler: {
        authorize(_request, what) {
          wanted.push(what)
          return false
        },
      },
    })
    const id = '0'.repeat(40)
    const statuses = [
      await call('GET', '/m/till@1'),
      await call('POST', '/m/till@1'),
      await call('POST', '/r'),
      await call('GET', `/r/${id}`),
      await call('PATCH', `/r/${id}`),
      await call('GET', `/r/${id}/history`),
    ].map(({ status }) => status)
    expect(statuses).toEqual([403, 403, 403, 404, 404, 404])
    expect(wanted).toEqual([
      { action: 'describe', machine: 'till@1', id: undefined },
      { action: 'create', machine: 'till@1', id: undefined },
      { action: 'import', machine: undefined, id: undefined },
      { action: 'read', machine: undefined, id },
      { action: 'write', machine: undefined, id },
      { action: 'read', machine: undefined, id },
    ])
    expect(host.open).toBe(0)
  })

  test('may give the answer', async () => {
    const { call } = serve({
      handler: {
        authorize: (request) =>
          request.headers.has('authorization') ||
          new Response('who are you?', { status: 401, headers: { 'www-authenticate': 'Bearer' } }),
      },
    })
    const response = await call('POST', '/m/till@1')
    expect([response.status, response.headers.get('www-authenticate'), await response.text()]).toEqual([
      401,
      'Bearer',
      'who are you?',
    ])
    expect((await call('POST', '/m/till@1', { headers: { authorization: 'Bearer x' } })).status).toBe(201)
  })
})

describe('pages of other origins', () => {
  const origin = 'https://app.example'
  const foreign = { origin, 'sec-fetch-site': 'cross-site' }

  test('may use the server if they are among the origins', async () => {
    for (const origins of ['*', [origin], (one: string) => one === origin] as const) {
      const { call, newRun } = serve({ handler: { origins } })
      const id = await newRun()
      const response = await call('GET', `/r/${id}`, { headers: foreign })
      expect(response.headers.get('access-control-allow-origin')).toBe(origins === '*' ? '*' : origin)
      expect(response.headers.get('access-control-expose-headers')).toContain('stream-next-offset')
      const preflight = await call('OPTIONS', `/r/${id}`, {
        headers: { ...foreign, 'access-control-request-method': 'PATCH' },
      })
      expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
      expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key')
      const written = await call('PATCH', `/r/${id}`, {
        headers: { ...foreign, ...JSON_BODY },
        body: JSON.stringify(paid(1)),
      })
      expect([written.status, written.headers.get('access-control-allow-origin')]).toEqual([
        200,
        origins === '*' ? '*' : origin,
      ])
    }
  })

  test('may not use it otherwise', async () => {
    for (const origins of [undefined, ['https://other.example']] as const) {
      const { call, newRun } = serve({ handler: origins === undefined ? {} : { origins } })
      const id = await newRun()
      const shown = await call('GET', `/r/${id}`, { headers: foreign })
      expect(shown.headers.get('access-control-allow-origin')).toBeNull()
      const written = await call('PATCH', `/r/${id}`, {
        headers: { ...foreign, ...JSON_BODY },
        body: JSON.stringify(paid(1)),
      })
      expect([written.status, (await problemIn(written)).code]).toEqual([403, 'FORBIDDEN'])
      expect((await snapshotIn(await call('GET', `/r/${id}`))).sequence).toBe(0)
    }
  })
})

test('GET /openapi.json describes each path, method, status and problem', async () => {
  const { call } = serve()
  const description = (await (await call('GET', '/openapi.json')).json()) as {
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
  }
  expect(Object.keys(description.paths)).toEqual(['/openapi.json', '/m/{machine}', '/r', '/r/{id}', '/r/{id}/history'])
  expect(Object.keys(description.paths['/r/{id}']?.['patch']?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '400', '404', '409', '412', '413', '415', '422', '500', '503']),
  )
})

test('a handler refuses wrong options', () => {
  const { host } = serve()
  expect(() => createHandler(host, { base: 'api' })).toThrow('base is "api"')
  expect(() => createHandler(host, { base: '/api/' })).toThrow(RangeError)
  expect(() => createHandler(host, { limits: { bodyBytes: 0 } })).toThrow('limits.bodyBytes is 0')
})

test('a fault is answered without its text, whatever is thrown', async () => {
  const { call } = serve({
    handler: {
      authorize: () => {
        throw new Error('the secret')
      },
      onError: () => {
        throw new Error('the log is full')
      },
    },
  })
  const printed = vi.spyOn(console, 'error').mockReturnValue()
  const response = await call('GET', '/openapi.json')
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')])
  expect(printed).toHaveBeenCalledWith('GET /openapi.json:', expect.objectContaining({ message: 'the log is full' }))
})

test('a machine of several versions is served in each', async () => {
  const next = defineMachine<number, { type: 'INC' }>({
    name: 'order',
    version: '2',
    initial: 0,
    on: { INC: (count) => count + 1 },
  })
  const { newRun, call } = serve({ machines: [order, next] })
  const [old, newer] = [await newRun('order@1.0'), await newRun('order@2')]
  expect(await (await call('GET', `/r/${old}`)).json()).toMatchObject({ state: { asked: 0 } })
  expect(await (await call('GET', `/r/${newer}`)).json()).toMatchObject({ state: 0 })
})
