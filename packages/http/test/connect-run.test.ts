/** `connectRun` against the handler: what is sent, what comes in, and what is refused. */
import { defineMachine, handleOutputs, RunError, waitFor } from '@xmachines/core'
import { connectRun } from '@xmachines/http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { serve } from './calls.ts'
import { connect, connectOrder, connectTill, historyOf, lineTo, url } from './client.ts'
import { order, paid, taken } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

/** Keeps a run followed. */
function follow(run: { readonly snapshot: { subscribe(listener: () => void): () => void } }): void {
  onTestFinished(run.snapshot.subscribe(() => undefined))
}

describe('a connected run', () => {
  test('begins with the history that it is given, and requests nothing until somebody reads', async () => {
    const served = serve()
    const id = await served.newRun()
    await served.patch(id, paid(5))
    const line = lineTo(served.handler)
    const run = await connectTill(served, id, { line })
    expect([run.id, run.state.cents, run.snapshot.current.sequence, run.snapshot.initial.sequence]).toEqual([
      id,
      5,
      1,
      1,
    ])
    expect([run.pending, run.connection, run.problem, run.isClosed]).toEqual([0, 'connecting', undefined, false])
    await new Promise((resolve) => setTimeout(resolve))
    expect(line.requests).toEqual([])
    expect(served.handler.subscribers).toBe(0)
    follow(run)
    await expect.poll(() => run.connection).toBe('live')
    expect(line.requests).toEqual([`GET /r/${id}/history live`])
  })

  test('shows what is sent at once, and has it confirmed by the server', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = await connectTill(served, id)
    const seen: (readonly [cents: number, sent: boolean])[] = []
    onTestFinished(run.snapshot.subscribe((sent) => seen.push([run.state.cents, sent])))
    expect(run.in.send(paid(1))).toBeUndefined()
    expect(run.in.send([paid(2), paid(3)])).toBeUndefined()
    expect([run.state.cents, run.pending, run.head]).toEqual([6, 2, id])
    expect(seen).toEqual([
      [1, true],
      [6, true],
    ])
    expect(await run.flush()).toBe(2)
    expect([run.state.cents, run.pending, run.confirmedHead]).toEqual([6, 0, run.head])
    expect((await served.store.head(id))?.head).toBe(run.head)
    expect(
      run
        .toJSON()
        .records.slice(1)
        .map((record) => 'events' in record && record.events),
    ).toEqual([[paid(1)], [paid(2), paid(3)]])
  })

  test('shows what others do as it happens', async () => {
    const served = serve()
    const id = await served.newRun()
    const [one, other] = [await connectTill(served, id), await connectTill(served, id)]
    follow(other)
    one.in.send(paid(7))
    await waitFor(other, ({ state }) => state.cents === 7)
    await one.flush()
    expect(other.head).toBe(one.head)
  })

  test('steps what is pending again behind what others did first', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = await connectTill(served, id)
    await served.patch(id, paid(10))
    run.in.send(paid(1))
    run.in.send(taken(1))
    expect(run.state.cents).toBe(0)
    expect(await run.flush()).toBe(3)
    expect([run.state.cents, run.snapshot.current.sequence]).toEqual([10, 3])
    expect((await served.store.head(id))?.head).toBe(run.head)
  })

  test('gives the reason of what the server refuses, and shows what the server says', async () => {
    const served = serve()
    const id = await served.newRun()
    await served.patch(id, paid(5))
    const run = await connectTill(served, id)
    const refusals = run.err.getReader()
    await served.patch(id, taken(5))
    expect(run.in.send(taken(4))).toBeUndefined()
    expect(run.state.cents).toBe(1)
    const { value: refusal } = await refusals.read()
    expect(refusal).toBeInstanceOf(RunError)
    expect(refusal).toMatchObject({ code: 'REFUSED', reason: 'Too little is there.', details: { left: 0 }, index: 0 })
    expect(refusal?.batch).toEqual([taken(4)])
    await waitFor(run, ({ state }) => state.cents === 0)
    expect([run.pending, run.snapshot.current.sequence]).toEqual([0, 2])
  })

  test('refuses at once what its own machine refuses, and sends nothing', async () => {
    const served = serve()
    const id = await served.newRun()
    const line = lineTo(served.handler)
    const run = await connectTill(served, id, { line })
    expect(run.in.send(taken(1))).toMatchObject({ code: 'REFUSED', reason: 'Too little is there.' })
    expect(run.in.send({ type: 'NONE' } as never)).toMatchObject({ code: 'SCHEMA_MISMATCH' })
    expect(run.pending).toBe(0)
    expect(line.requests.filter((request) => request.startsWith('PATCH'))).toEqual([])
  })

  test('sends in order, each batch under a key of its own', async () => {
    const served = serve()
    const id = await served.newRun()
    const keys: (string | null)[] = []
    async function fetch(this: unknown, request: Request): Promise<Response> {
      expect(this).toBeUndefined()
      expect(request.headers.get('authorization')).toBe('Bearer 1')
      if (request.method === 'PATCH') keys.push(request.headers.get('idempotency-key'))
      return await served.handler(request)
    }
    const headers = async () => ({ authorization: 'Bearer 1' })
    const run = await connectTill(served, id, { options: { fetch, headers } })
    for (let cents = 1; cents <= 10; cents++) run.in.send(paid(cents))
    await run.flush()
    expect(new Set(keys).size).toBe(10)
    expect(
      run
        .toJSON()
        .records.slice(1)
        .flatMap((record) => ('events' in record ? record.events : [])),
    ).toEqual(Array.from({ length: 10 }, (_, at) => paid(at + 1)))
  })

  test('gives outputs once they are confirmed', async () => {
    const served = serve()
    const id = await served.newRun('order@1.0')
    const line = lineTo(served.handler)
    const [run, other] = [await connectOrder(served, id, { line }), await connectOrder(served, id)]
    const handled: number[] = []
    const stop = new AbortController()
    const handling = handleOutputs(run, { charge: ({ cents }) => void handled.push(cents) }, { signal: stop.signal })
    line.cut = (request) => (request.method === 'PATCH' ? 'before' : undefined)
    run.in.send({ type: 'PAY', cents: 2 })
    other.in.send({ type: 'PAY', cents: 1 })
    await other.flush()
    await expect.poll(() => run.problem).toBeDefined()
    expect(handled).toEqual([])
    line.cut = () => undefined
    await run.flush()
    await expect.poll(() => handled).toEqual([1, 2])
    stop.abort()
    await handling
    expect([run.position, run.state.asked]).toEqual([2, 2])
  })

  test('ends with the run', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = await connectTill(served, id)
    follow(run)
    await served.patch(id, { type: 'CLOSED' })
    expect((await waitFor(run, ({ status }) => status === 'done')).state.at).toBe('closed')
    expect(run.in.send(paid(1))?.code).toBe('RUN_DONE')
    await expect.poll(() => served.handler.subscribers).toBe(0)
    expect(run.problem).toBeUndefined()
  })

  test('lets go of its stream when nobody reads any more', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = await connectTill(served, id)
    const unsubscribe = run.snapshot.subscribe(() => undefined)
    await expect.poll(() => served.handler.subscribers).toBe(1)
    unsubscribe()
    await expect.poll(() => served.handler.subscribers).toBe(0)
    follow(run)
    await served.patch(id, paid(3))
    await waitFor(run, ({ state }) => state.cents === 3)
  })

  test('takes a later history, and nothing of an older one', async () => {
    const served = serve()
    const id = await served.newRun()
    const line = lineTo(served.handler)
    const run = await connectTill(served, id, { line })
    const older = await historyOf(served, id)
    await served.patch(id, paid(4))
    run.advance(await historyOf(served, id))
    expect(run.state.cents).toBe(4)
    run.advance(older)
    expect([run.state.cents, run.problem]).toEqual([4, undefined])
    expect(line.requests).toEqual([])
    run.advance(await historyOf(served, await served.newRun()))
    expect(run).toMatchObject({ isClosed: true, connection: 'offline', problem: { code: 'OFFSET_MISMATCH' } })
    expect(run.state.cents).toBe(4)
  })

  test('refuses a history of another machine at once', async () => {
    const served = serve()
    const id = await served.newRun()
    const history = await historyOf(served, id)
    expect(() => connectRun(url(id), order, { history })).toThrow(/machine/)
  })
})

/** A machine whose schema does not take back what it makes. */
const scale = defineMachine<number, { type: 'WEIGHED'; grams: number }>({
  name: 'scale',
  version: '1',
  initial: 0,
  events: z.object({ type: z.literal('WEIGHED'), grams: z.string().transform(Number) }) as never,
  on: { WEIGHED: (total, { grams }) => total + grams },
})

test('events travel as they were given, and are parsed once', async () => {
  const served = serve({ machines: [scale] })
  const id = await served.newRun('scale@1')
  const bodies: string[] = []
  const fetch = async (request: Request): Promise<Response> => {
    if (request.method === 'PATCH') bodies.push(await request.clone().text())
    return await served.handler(request)
  }
  const run = await connect(served, id, scale, { options: { fetch } })
  const weighed = (grams: string) => ({ type: 'WEIGHED', grams }) as never
  expect(run.in.send(weighed('5'))).toBeUndefined()
  expect(run.in.send([weighed('6'), weighed('7')])).toBeUndefined()
  expect(run.state).toBe(18)
  await run.flush()
  expect(run.state).toBe(18)
  expect(bodies).toEqual([
    '{"type":"WEIGHED","grams":"5"}',
    '{"type":"WEIGHED","grams":"6"}\n{"type":"WEIGHED","grams":"7"}',
  ])
  expect(run.toJSON().records.at(1)).toMatchObject({ events: [{ type: 'WEIGHED', grams: 5 }] })
})

test('a schema that is parsed otherwise at the server has the last word there', async () => {
  let count = 0
  const stamped = defineMachine<number, { type: 'STAMPED'; at: number }>({
    name: 'stamped',
    version: '1',
    initial: 0,
    events: z.object({ type: z.literal('STAMPED'), at: z.number().default(() => ++count) }) as never,
    on: { STAMPED: (_latest, { at }) => at },
  })
  const served = serve({ machines: [stamped] })
  const id = await served.newRun('stamped@1')
  const run = await connect(served, id, stamped)
  run.in.send({ type: 'STAMPED' } as never)
  expect(run.state).toBe(1)
  await run.flush()
  expect([run.state, run.pending]).toEqual([2, 0])
  expect((await served.store.head(id))?.head).toBe(run.head)
})

test('records are held while a batch is under way, until its answer names its place', async () => {
  const served = serve()
  const id = await served.newRun()
  const line = lineTo(served.handler)
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const fetch = async (request: Request): Promise<Response> => {
    const response = await line.fetch(request)
    if (request.method === 'PATCH') await answered
    return response
  }
  const run = await connectTill(served, id, { options: { fetch } })
  follow(run)
  await expect.poll(() => run.connection).toBe('live')
  run.in.send(paid(1))
  await expect.poll(async () => (await served.store.head(id))?.sequence).toBe(1)
  await served.patch(id, paid(10))
  // Both records have come in. Nobody knows here which of them is the one that was sent.
  const other = await connectTill(served, id)
  follow(other)
  await waitFor(other, ({ sequence }) => sequence === 2)
  expect([run.state.cents, run.snapshot.current.sequence, run.pending]).toEqual([1, 1, 1])
  answer()
  await run.flush()
  await waitFor(run, ({ sequence }) => sequence === 2)
  expect(run.state.cents).toBe(11)
})

test('a batch whose key is too old is sent again with what is known now, if it was never sent before', async () => {
  const served = serve()
  const id = await served.newRun()
  let expired = 0
  const fetch = async (request: Request): Promise<Response> => {
    if (request.method !== 'PATCH' || expired > 0) return await served.handler(request)
    expired += 1
    const problem = { type: '', title: '', status: 409, code: 'KEY_EXPIRED', detail: 'it is too old' }
    return Response.json(problem, { status: 409, headers: { 'content-type': 'application/problem+json' } })
  }
  const run = await connectTill(served, id, { options: { fetch } })
  run.in.send(paid(1))
  await run.flush()
  expect([run.state.cents, run.problem, expired]).toEqual([1, undefined, 1])
})
