/** A run of an old version and its successor: how it is made, and how whoever follows the old run learns of it. */

import { restoreRun } from '@xmachines/core'
import { memoryStore } from '@xmachines/core/store'
import { hosted, type WireSnapshot } from '@xmachines/http/server'
import { describe, expect, test, vi } from 'vitest'
import { JSON_BODY, problemIn, serve, snapshotIn } from './calls.ts'
import { connectTill, lineTo } from './client.ts'
import { sseEvents } from './frames.ts'
import { newTill, order, paid, type Till, till } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

const machines = [till, newTill]
const inEuros = ({ state }: WireSnapshot<Till>): { euros: number } => ({ euros: state.cents / 100 })

describe('a successor', () => {
  test('begins with what the mapping makes of the old run, and is found by the old id', async () => {
    const { call, host, newRun, patch } = serve({ machines })
    const id = await newRun()
    await patch(id, paid(250))
    const { snapshot, isNew } = await host.succeed(id, newTill, inEuros)
    expect([isNew, snapshot]).toMatchObject([true, { state: { euros: 2.5 }, sequence: 0 }])
    const led = await call('GET', `/r/${id}`)
    expect([led.status, led.headers.get('location')]).toEqual([308, `/r/${snapshot.run}`])
    expect(await snapshotIn(await call('GET', led.headers.get('location') ?? ''))).toEqual(snapshot)
    const list = (await (await call('GET', '/r?machine=till')).json()) as { runs: unknown[] }
    expect(list.runs).toMatchObject([{ id: snapshot.run, machine: 'till@2' }])
    // Doing it again gives the same, whatever the mapping says then.
    const again = await host.succeed(id, newTill, () => ({ euros: 0 }))
    expect(again).toEqual({ snapshot, isNew: false })
  })

  test('can have the history of the old run, with other events', async () => {
    const { host, newRun, patch } = serve({ machines })
    const id = await newRun()
    await patch(id, paid(100))
    await patch(id, { type: 'TAKEN', cents: 30 })
    const dropped: unknown[] = []
    const { snapshot } = await host.succeed(id, newTill, {
      rename: (event) => (event.type === 'PAID' ? { type: 'EARNED', euros: Number(event['cents']) / 100 } : undefined),
      onUnhandled: (event) => dropped.push(event),
    })
    expect(snapshot).toMatchObject({ state: { euros: 1 }, sequence: 1 })
    const run = await host.hold(snapshot.run)
    expect(await run.records(1, 9)).toMatchObject([{ events: [{ type: 'EARNED', euros: 1 }] }])
    run.release()
  })

  test('is not made if the new machine refuses it, and the old run goes on', async () => {
    const { host, newRun, patch } = serve({ machines })
    const id = await newRun()
    await expect(host.succeed(id, newTill, () => ({ euros: -1 }))).rejects.toMatchObject({ code: 'REFUSED' })
    expect((await patch(id, paid(1))).status).toBe(200)
  })

  test('is not made while outputs of the old run have not settled', async () => {
    let answer = (): void => undefined
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    const charge = hosted(order, {
      outputs: {
        async charge(_output, { key }) {
          await answered
          return { type: 'PAID', by: key }
        },
      },
    })
    const { host, newRun, patch } = serve({ machines: [charge, newTill] })
    const id = await newRun('order@1.0')
    await patch(id, { type: 'PAY', cents: 1 })
    const succeed = () => host.succeed(id, newTill, () => ({ euros: 0 }))
    await expect(succeed()).rejects.toMatchObject({ code: 'BUSY', retryAfter: 1 })
    answer()
    await vi.waitFor(async () => expect((await succeed()).isNew).toBe(true), { timeout: 30_000 })
  })

  test('is the same if the server dies before the old run is sealed, or before it hears that it is', async () => {
    const store = memoryStore()
    const { seal } = store
    const dies = vi.fn<NonNullable<typeof seal>>().mockRejectedValueOnce(new Error('gone'))
    dies.mockImplementationOnce(async (...given) => {
      await seal?.(...given)
      throw new Error('gone')
    })
    const { host, newRun, patch } = serve({ store: { ...store, seal: dies }, machines })
    const id = await newRun()
    await patch(id, paid(100))
    await expect(host.succeed(id, newTill, inEuros)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect((await patch(id, { type: 'TAKEN', cents: 1000 })).status).toBe(409)
    await expect(host.succeed(id, newTill, inEuros)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const restarted = serve({ store, machines })
    const { snapshot, isNew } = await restarted.host.succeed(id, newTill, inEuros)
    expect([isNew, snapshot.state]).toEqual([false, { at: 'open', euros: 1 }])
    const all = await restarted.host.list({ machine: 'till' })
    expect(all.runs.map((run) => run.id)).toEqual([snapshot.run])
  })

  test('is of another machine that is served here, of a run that goes on, in a store that can seal', async () => {
    const { host, newRun, patch } = serve({ machines: [till] })
    const id = await newRun()
    await expect(host.succeed(id, newTill, inEuros)).rejects.toThrow('till@2 is not served here')
    await expect(host.succeed(id, till, () => undefined)).rejects.toThrow('is one of till@1 already')
    await patch(id, { type: 'CLOSED' })
    const store = memoryStore()
    const both = serve({ store, machines })
    const done = await both.newRun()
    await both.patch(done, { type: 'CLOSED' })
    await expect(both.host.succeed(done, newTill, inEuros)).rejects.toThrow('is done')
    await expect(both.host.succeed('0'.repeat(40), newTill, inEuros)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { seal: _seal, ...others } = memoryStore()
    const plain = serve({ store: others, machines })
    const kept = await plain.newRun()
    await expect(plain.host.succeed(kept, newTill, inEuros)).rejects.toThrow('cannot seal runs')
  })
})

describe('whoever follows the old run', () => {
  test('is led to the successor: streams end, long polls are answered, at every server', async () => {
    const store = memoryStore()
    const [one, other] = [serve({ store, machines }), serve({ store, machines })]
    const id = await one.newRun()
    const accept = { headers: { accept: 'text/event-stream' } }
    const streams = await Promise.all(
      [one, other].flatMap(({ call }) => [
        call('GET', `/r/${id}`, accept),
        call('GET', `/r/${id}/history?offset=-1&live=sse`),
      ]),
    )
    const polled = other.call('GET', `/r/${id}/history?offset=now&live=long-poll`)
    const list = sseEvents(await one.call('GET', '/r?machine=till@1', accept))
    while ((await list.next())?.event !== 'complete');
    const { snapshot } = await one.host.succeed(id, newTill, inEuros)
    for (const stream of streams) {
      const events = sseEvents(stream)
      while ((await events.next()) !== undefined);
    }
    // Whoever asked before it was known there is answered with nothing, and asks again.
    expect([204, 308]).toContain((await polled).status)
    expect(await list.next()).toMatchObject({ event: 'gone', data: { id } })
    await list.cancel()
    const again = await other.call('GET', `/r/${id}/history?offset=now&live=long-poll`)
    expect([again.status, again.headers.get('location')]).toEqual([308, `/r/${snapshot.run}/history`])
    expect([one.handler.subscribers, other.handler.subscribers]).toEqual([0, 0])
  })

  test('learns it as a client: the connection ends, and says so', async () => {
    const served = serve({ machines })
    const id = await served.newRun()
    const line = lineTo(served.handler)
    const [reader, writer] = [await connectTill(served, id, { line }), await connectTill(served, id, { line })]
    reader.snapshot.subscribe(() => undefined)
    await served.patch(id, paid(1))
    await vi.waitFor(() => expect(reader.state.cents).toBe(1))
    await served.host.succeed(id, newTill, inEuros)
    await vi.waitFor(() => expect(reader.isClosed).toBe(true), { timeout: 30_000 })
    writer.in.send(paid(5))
    await expect(writer.flush()).rejects.toMatchObject({ code: 'SUCCEEDED' })
    expect([reader.problem, writer.problem]).toMatchObject([{ code: 'SUCCEEDED' }, { code: 'SUCCEEDED' }])
    // What was shown stays.
    expect(reader.state.cents).toBe(1)
  })

  test('cannot bring more of it as a document', async () => {
    const { call, host, newRun, patch } = serve({ machines })
    const id = await newRun()
    await patch(id, paid(1))
    const records = (await (await call('GET', `/r/${id}/history`)).json()) as never
    const run = restoreRun(till, records)
    run.in.send(paid(2))
    const { snapshot } = await host.succeed(id, newTill, inEuros)
    const refused = await call('POST', '/r', { headers: JSON_BODY, body: JSON.stringify(run) })
    expect(refused.headers.get('location')).toBe(`/r/${snapshot.run}`)
    expect(await problemIn(refused)).toMatchObject({ status: 308, code: 'SUCCEEDED', successor: snapshot.run })
  })
})
