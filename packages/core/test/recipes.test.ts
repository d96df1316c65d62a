/** The recipes of docs/recipes.md that need no React: the page shows the files in `recipes`, and here they are used. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, defineMachine, type EventOf, type RunDocument, restoreRun, waitFor } from '@xmachines/core'
import { memoryStore, openNamed } from '@xmachines/core/store'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { expectBugs } from './quiet.ts'
import { compact, draft } from './recipes/compact-run.ts'
import { auction, receive } from './recipes/expected-head.ts'
import { cart } from './recipes/immer.ts'
import { customers, describeOrder, order } from './recipes/personal-data.ts'
import { reportOf } from './recipes/report-bug.ts'
import { handlePrice, price } from './recipes/retry.ts'
import { armTimer, offer } from './recipes/timers.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/recipes.md'), 'utf8')

afterEach(() => {
  vi.useRealTimers()
})

test.each([
  'immer',
  'turnstile',
  'turnstile.test',
  'turnstile-report.test',
  'turnstile-paths.test',
  'report-bug',
  'retry',
  'timers',
  'personal-data',
  'expected-head',
])('the page shows %s as it is run here', (name) => {
  const code = readFileSync(join(import.meta.dirname, `recipes/${name}.ts`), 'utf8')
  expect(page).toContain(`\`\`\`ts\n${code}\`\`\``)
})

test('docs/stores.md shows compact-run as it is run here, and it gives a short history with the same state', async () => {
  const stores = readFileSync(join(import.meta.dirname, '../../../docs/stores.md'), 'utf8')
  const code = readFileSync(join(import.meta.dirname, 'recipes/compact-run.ts'), 'utf8')
  expect(stores).toContain(`\`\`\`ts\n${code}\`\`\``)
  const store = memoryStore()
  const { run: old, begin } = await openNamed(store, 'draft', draft, {})
  await begin()
  for (const title of ['a', 'ab', 'abc']) old.in.send({ type: 'TYPED', title })
  const fresh = await compact(store, 'draft', old)
  expect([fresh.state, fresh.snapshot.current.sequence]).toEqual([{ title: 'abc' }, 0])
  expect(await store.name('draft')).toBe(fresh.id)
  expect(await store.head(old.id)).toMatchObject({ sequence: 3 })
  await expect(compact(store, 'draft', old)).rejects.toThrow('another tab has compacted it')
  fresh.close()
})

test('a cart that is written with immer shares what did not change', () => {
  const run = createRun(cart)
  run.in.send([
    { type: 'ADDED', sku: 'pen' },
    { type: 'ADDED', sku: 'ink' },
  ])
  const [pen] = run.state.items
  run.in.send({ type: 'ADDED', sku: 'ink' })
  expect(run.state.items[0]).toBe(pen)
  expect(run.state.items).toEqual([
    { sku: 'pen', count: 1 },
    { sku: 'ink', count: 2 },
  ])
  run.in.send({ type: 'REMOVED', sku: 'pen' })
  expect(restoreRun(cart, run.toJSON()).state).toEqual({ items: [{ sku: 'ink', count: 2 }] })
})

test('a price is asked for again under the same key, until there is an answer', async () => {
  const run = createRun(price)
  const keys: string[] = []
  const ask = async (key: string): Promise<number> => {
    if (keys.push(key) < 3) throw new Error('the server is down')
    return 250
  }
  void handlePrice(run, ask)
  run.in.send({ type: 'ASK' })
  await waitFor(run, ({ state }) => state.at === 'known')
  expect(run.state).toEqual({ at: 'known', cents: 250 })
  expect(keys).toEqual([`${run.id}/0`, `${run.id}/0`, `${run.id}/0`])
})

test('a price that never comes is a state that says why', async () => {
  const run = createRun(price)
  void handlePrice(run, () => Promise.reject(new Error('the server is down')))
  run.in.send({ type: 'ASK' })
  await waitFor(run, ({ state }) => state.at === 'failed')
  expect(run.state).toEqual({ at: 'failed', why: 'the server is down' })
})

test('a price that nobody wants any more is not asked for again', async () => {
  const run = createRun(price)
  const asked: AbortSignal[] = []
  void handlePrice(run, (_key, signal) => {
    if (asked.push(signal) === 1) run.in.send({ type: 'CANCEL' })
    return Promise.reject(new Error('the server is down'))
  })
  run.in.send({ type: 'ASK' })
  await vi.waitFor(() => expect(asked[0]?.aborted).toBe(true))
  expect(run.state).toEqual({ at: 'unknown' })
  run.in.send({ type: 'ASK' })
  await waitFor(run, ({ state }) => state.at === 'failed')
  expect(asked).toHaveLength(5)
})

test('a price without an answer in a minute has failed', async () => {
  vi.useFakeTimers()
  const run = createRun(price)
  void handlePrice(run, () => new Promise(() => undefined))
  run.in.send({ type: 'ASK' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(run.state).toEqual({ at: 'failed', why: 'There was no answer in a minute.' })
})

describe('an offer', () => {
  test('expires at its time, also if its run was restored meanwhile', () => {
    vi.useFakeTimers({ now: 1000 })
    const first = createRun(offer, { input: { until: 5000 } })
    const stop = armTimer(first)
    vi.advanceTimersByTime(3000)
    stop()
    const again = restoreRun(offer, first.toJSON())
    armTimer(again)
    vi.advanceTimersByTime(999)
    expect(again.state.at).toBe('open')
    vi.advanceTimersByTime(1)
    expect(again.state.at).toBe('expired')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('expires at once if its time passed while nothing ran, and never if it was accepted', () => {
    vi.useFakeTimers({ now: 9000 })
    const late = createRun(offer, { input: { until: 5000 } })
    armTimer(late)
    vi.advanceTimersByTime(0)
    expect(late.state.at).toBe('expired')
    const accepted = createRun(offer, { input: { until: 10_000 } })
    armTimer(accepted)
    accepted.in.send({ type: 'ACCEPT' })
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('an offer that is open longer than a timer can wait expires at its time, with one event', () => {
  vi.useFakeTimers({ now: 0 })
  const days = 24 * 60 * 60 * 1000
  const run = createRun(offer, { input: { until: 60 * days } })
  armTimer(run)
  vi.advanceTimersByTime(60 * days - 1)
  expect(run.snapshot.current).toEqual({ state: { at: 'open', until: 60 * days }, status: 'active', sequence: 0 })
  vi.advanceTimersByTime(1)
  expect(run.snapshot.current).toMatchObject({ state: { at: 'expired' }, sequence: 1 })
})

test('an order keeps no name, and outlives its customer', () => {
  customers.set('c7', { name: 'Ada Lovelace', email: 'ada@example.org' })
  onTestFinished(() => customers.clear())
  const run = createRun(order, { input: { customer: 'c7' } })
  run.in.send({ type: 'PAID' })
  expect(describeOrder(run.state)).toBe('Ada Lovelace has paid')
  expect(JSON.stringify(run)).not.toMatch(/Ada|ada@/)
  customers.delete('c7')
  expect(describeOrder(restoreRun(order, run.toJSON()).state)).toBe('a deleted customer has paid')
})

test('a report has all that happened, and nothing that the customer typed', () => {
  const form = defineMachine<
    string,
    { type: 'TYPED'; text: string } | { type: 'SENT' },
    never,
    { plan: string; by: string }
  >({
    name: 'form',
    version: '1',
    initial: '',
    on: { TYPED: (_form, { text }) => text, SENT: () => 'sent' },
  })
  const run = createRun(form, { input: { plan: 'pro', by: 'Ada' } })
  run.in.send([{ type: 'TYPED', text: 'Ada L.' }, { type: 'SENT' }])
  const report = JSON.parse(reportOf(run)) as RunDocument<EventOf<typeof form>>
  expect(report.records).toMatchObject([
    { input: { plan: 'pro' } },
    { events: [{ type: 'TYPED', text: 'xxx x.' }, { type: 'SENT' }] },
  ])
  expect(restoreRun(form, report).state).toBe('sent')
})

describe('a request with an event', () => {
  expectBugs()
  const request = (head: string, body: string): Request =>
    new Request('http://localhost/', { method: 'POST', body, headers: { 'If-Match': `"${head}"` } })
  const bid = (cents: number): string => JSON.stringify({ type: 'BID', cents })

  test('is applied once if two of them saw the same head', async () => {
    const run = createRun(auction)
    const { head } = run
    const answers = await Promise.all([receive(run, request(head, bid(100))), receive(run, request(head, bid(100)))])
    expect(answers.map(({ status }) => status)).toEqual([204, 412])
    expect(run.snapshot.current.sequence).toBe(1)
    expect(answers[0]?.headers.get('ETag')).toBe(`"${run.head}"`)
    expect((await receive(run, request(run.head, bid(101)))).status).toBe(204)
    expect(run.state).toEqual({ at: 'open', highest: 101 })
  })

  test('is refused with what its sender may know', async () => {
    const run = createRun(auction)
    run.in.send({ type: 'BID', cents: 500 })
    const answer = await receive(run, request(run.head, bid(500)))
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({
      code: 'REFUSED',
      reason: 'There is a higher bid.',
      details: { highest: 500 },
    })
    run.in.send({ type: 'CLOSE' })
    const statusOf = async (body: string) => (await receive(run, request(run.head, body))).status
    expect(await statusOf(bid(600))).toBe(409)
    expect(await statusOf(bid(0.5))).toBe(422)
    expect(await statusOf('{"type":"OPEN"}')).toBe(422)
    expect(await statusOf('5')).toBe(400)
    expect(await statusOf('no JSON')).toBe(400)
    expect(run.snapshot.current).toMatchObject({ state: { at: 'closed', highest: 500 }, sequence: 2 })
  })
})
