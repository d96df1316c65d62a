/** A connected run whose machine does not run in the client. */
import { waitFor } from '@xmachines/core'
import { connectRun, fetchRun } from '@xmachines/http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Served, serve, snapshotIn } from './calls.ts'
import { type Line, lineTo, url } from './client.ts'
import { paid, type Till, type TillEvent, taken } from './machines.ts'
import { quiet } from './quiet.ts'

quiet()

async function remoteTill(served: Served, id: string, line: Line = lineTo(served.handler)) {
  const fetch = (request: Request) => line.fetch(request)
  const run = await fetchRun<Till, TillEvent>(url(id), 'till@1', { mode: 'remote', fetch })
  onTestFinished(() => run.close())
  return run
}

describe('a remote run', () => {
  test('begins with the snapshot of the server, for which its machine is not needed', async () => {
    const served = serve()
    const id = await served.newRun()
    await served.patch(id, paid(5))
    const snapshot = await snapshotIn(await served.call('GET', `/r/${id}`))
    const line = lineTo(served.handler)
    const run = connectRun<Till, TillEvent>(url(id), 'till@1', { mode: 'remote', snapshot, fetch: line.fetch })
    onTestFinished(() => run.close())
    expect(run).toMatchObject({
      id,
      state: { at: 'open', cents: 5 },
      head: snapshot.head,
      confirmedHead: snapshot.head,
    })
    expect(run.snapshot.current).toEqual({ state: { at: 'open', cents: 5 }, status: 'active', sequence: 1 })
    expect(run.snapshot.initial).toBe(run.snapshot.current)
    expect([run.machine.name, run.machine.version]).toEqual(['till', '1'])
    expect(Object.isFrozen(run.state)).toBe(true)
    await new Promise((resolve) => setTimeout(resolve))
    expect(line.requests).toEqual([])
  })

  test('shows what is sent once the server said so', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = await remoteTill(served, id)
    expect(run.in.send(paid(1))).toBeUndefined()
    expect([run.state.cents, run.snapshot.current.sequence, run.pending]).toEqual([0, 0, 1])
    run.in.send([paid(2), taken(1)])
    await run.flush()
    expect([run.state.cents, run.snapshot.current.sequence, run.pending]).toEqual([2, 2, 0])
    expect(run.head).toBe((await served.store.head(id))?.head)
  })

  test('is brought forward by a later snapshot, and ends its connection at one of another run', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = await remoteTill(served, id)
    await served.patch(id, paid(5))
    const later = await snapshotIn(await served.call('GET', `/r/${id}`))
    await served.patch(id, paid(6))
    run.advance(await snapshotIn(await served.call('GET', `/r/${id}`)))
    expect(run).toMatchObject({ state: { cents: 11 }, isClosed: false })
    run.advance(later)
    expect(run.state.cents).toBe(11)
    run.advance({ ...later, run: await served.newRun() })
    expect(run).toMatchObject({ state: { cents: 11 }, isClosed: true, problem: { code: 'OFFSET_MISMATCH' } })
  })

  test('shows what others do, and goes on after an outage', async () => {
    const served = serve()
    const id = await served.newRun()
    const line = lineTo(served.handler)
    const run = await remoteTill(served, id, line)
    onTestFinished(run.snapshot.subscribe(() => undefined))
    await served.patch(id, paid(1))
    await waitFor(run, ({ state }) => state.cents === 1)
    line.cut = () => 'before'
    line.drop()
    await expect.poll(() => run.connection).toBe('offline')
    run.in.send(paid(10))
    await served.patch(id, paid(100))
    line.cut = () => undefined
    await run.flush()
    await waitFor(run, ({ state }) => state.cents === 111)
    await expect.poll(() => run.connection).toBe('live')
  })

  test('gives what the server refuses, with its reason', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = await remoteTill(served, id)
    const refusals = run.err.getReader()
    expect(run.in.send(taken(1))).toBeUndefined()
    expect((await refusals.read()).value).toMatchObject({ code: 'REFUSED', reason: 'Too little is there.', run: id })
    expect([run.state.cents, run.pending, run.isClosed]).toEqual([0, 0, false])
    run.in.send({ type: 'NONE' } as never)
    expect((await refusals.read()).value).toMatchObject({ code: 'SCHEMA_MISMATCH' })
  })

  test('ends with the run', async () => {
    const served = serve()
    const id = await served.newRun()
    const run = await remoteTill(served, id)
    run.in.send({ type: 'CLOSED' })
    expect((await waitFor(run, ({ status }) => status === 'done')).state.at).toBe('closed')
    expect(run.in.send(paid(1))?.code).toBe('RUN_DONE')
    expect(await run.out.getReader().read()).toMatchObject({ done: true })
    await expect.poll(() => served.handler.subscribers).toBe(0)
  })

  test('has no history here, and says where it is', async () => {
    const served = serve()
    const run = await remoteTill(served, await served.newRun())
    const reads = [() => run.history(), () => run.toJSON(), () => run.genesis]
    for (const read of reads) expect(read).toThrow(/at its server: read .*\/history/)
  })
})
