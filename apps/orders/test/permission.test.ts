/** What the server takes, and from whom. No page is asked. */
import { createRun } from '@xmachines/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OrderEvent } from '../order/events.ts'
import { order } from '../order/order.ts'
import { openDesk } from './desk.ts'

const now = Date.now()
const placed = { type: 'PLACE', customer: 'somebody', by: 'customer', when: now } as const

test('nobody says what only the shop may say, acts in the name of another, or approves what was not shown', async () => {
  const { url } = await openDesk({ samples: true })
  async function ask(path: string, options: { method?: string; body?: unknown; as?: string; head?: string } = {}) {
    const { method = 'GET', body, as, head } = options
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(as !== undefined && { cookie: as }),
        ...(head !== undefined && { 'if-match': `"${head}"` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const [ines, customer] = ['staff=Ines', 'customer=sample-3']
  const refused = { status: 403, body: { code: 'FORBIDDEN' } }

  // A cart that says that it is paid. Its object ids are right.
  const cart = createRun(order)
  cart.in.send({ type: 'ADD', sku: 'heron' })
  const forged: OrderEvent[] = [placed, { type: 'PAID', attempt: 1, payment: 'none', by: 'shop', when: now }]
  for (const event of forged) {
    cart.in.send(event)
    expect(await ask('/r', { method: 'POST', body: cart })).toMatchObject(refused)
  }
  expect((await ask(`/r/${cart.id}`)).status).toBe(404)
  expect(await ask('/m/order@1', { method: 'POST', body: {} })).toMatchObject(refused)

  // The list is for the staff. It has nothing of the customers.
  expect(await ask('/r?machine=order')).toMatchObject(refused)
  const { runs } = (await ask('/r?machine=order', { as: ines })).body as {
    runs: { id: string; at: string; head: string }[]
  }
  expect(JSON.stringify(runs)).not.toMatch(/sample-|example\.org/)
  const reviewing = runs.find(({ at }) => at === 'reviewing')
  const { id, head } = reviewing ?? { id: '', head: '' }

  const stamp = { by: 'Ines', when: now }
  const patch = (event: object, as?: string, seen?: string) =>
    ask(`/r/${id}`, { method: 'PATCH', body: event, ...(as && { as }), ...(seen && { head: seen }) })
  const approval = { type: 'APPROVE', head, ...stamp }
  expect(await patch({ type: 'REFUNDED', ...stamp }, ines)).toMatchObject(refused)
  expect(await patch({ type: 'REJECT', ...stamp, by: 'Jonas' }, ines)).toMatchObject(refused)
  expect(await patch({ type: 'REJECT', ...stamp })).toMatchObject(refused)
  expect(await patch({ type: 'REJECT', ...stamp, by: 'customer' }, customer)).toMatchObject(refused)
  expect(await patch(approval, ines)).toMatchObject(refused)
  expect(await patch({ ...approval, head: id }, ines, head)).toMatchObject(refused)
  expect(await patch({ ...approval, head: id }, ines, id)).toMatchObject({ status: 412, body: { code: 'HEAD_MOVED' } })
  const ask120 = { type: 'ASK_REFUND', amount: { cents: 12_000, currency: 'EUR' }, reason: 'It is too late', when: now }
  expect(await patch({ ...ask120, by: 'customer' }, 'customer=sample-1')).toMatchObject(refused)
  expect(await patch({ ...ask120, by: 'Ines' }, ines)).toMatchObject({ status: 200 })
  // The link to an order leads to its history, and what is in there makes nobody its customer.
  const history = await (await fetch(`${url}/api/r/${id}/history`)).text()
  const [, key] = /"customer":"([^"]+)"/.exec(history.replaceAll('\\"', '"')) ?? []
  expect(key).toBeTypeOf('string')
  expect(await patch({ ...ask120, by: 'customer' }, `customer=${key}`)).toMatchObject(refused)
  const latest = String((await ask(`/r/${id}`)).body['head'])
  // Whoever asks for it cannot approve it.
  expect(await patch({ ...approval, head: latest }, ines, latest)).toMatchObject({
    status: 409,
    body: { code: 'REFUSED' },
  })
  const byJonas = { ...approval, by: 'Jonas', head: latest }
  expect(await patch(byJonas, 'staff=Jonas', latest)).toMatchObject({
    status: 200,
    body: { state: { at: 'refunding' } },
  })
})

test('whatever is sent, the answer is a reason, and never a fault of the server', async () => {
  const { url } = await openDesk({ samples: true })
  const listed = await fetch(`${url}/api/r?machine=order`, { headers: { cookie: 'staff=Ines' } })
  const { runs } = (await listed.json()) as { runs: { id: string }[] }
  const path = fc.oneof(
    fc.constantFrom('/r', '/m/order@1', `/r/${runs[0]?.id}`, `/r/${runs[1]?.id}/history`),
    // Two dots may lead out of the API, to pages.
    fc.webPath().filter((where) => new URL(`/api${where}`, url).pathname.startsWith('/api')),
    fc.string().map((text) => `/r/${encodeURIComponent(text)}`),
  )
  const event = fc.record({
    type: fc.constantFrom('ADD', 'SHIP', 'PAID', '', '__proto__'),
    by: fc.jsonValue(),
    when: fc.jsonValue(),
  })
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    event.map((one) => JSON.stringify(one)),
  )
  const sent = fc.asyncProperty(
    path,
    fc.constantFrom('POST', 'PATCH', 'PUT', 'DELETE'),
    fc.constantFrom('application/json', 'application/x-ndjson', 'text/plain'),
    body,
    async (where, method, type, text) => {
      const headers = { 'content-type': type, cookie: 'staff=Ines' }
      const response = await fetch(`${url}/api${where}`, { method, headers, body: text })
      expect([response.status, await response.text()]).toEqual([
        expect.toSatisfy((status: number) => status >= 400 && status < 500),
        // What Next.js itself answers has no body.
        expect.stringMatching(method === 'PUT' || method === 'DELETE' ? '' : /"code":"[A-Z_]+"/),
      ])
    },
  )
  await fc.assert(sent, { numRuns: 150 })
})
