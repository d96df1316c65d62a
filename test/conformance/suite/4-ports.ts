// RFC Run v1, section 4: the four ports.

import { createRun, RunError } from '@xmachines/core'

import { all, deeplyFrozen, ok, same, settled, take, throws } from './assert.ts'
import { door, sum } from './machines.ts'
import { requirement } from './registry.ts'

requirement('4', 'All ports are Web Streams of the platform', () => {
  const { in: input, out, err, snapshot } = createRun(door)
  ok(input instanceof WritableStream, 'in is a WritableStream')
  for (const port of [out, err, snapshot]) ok(port instanceof ReadableStream, 'the others are ReadableStreams')
})

requirement('4', 'Ports lock, pipe and tee like any stream', async () => {
  const run = createRun(door)
  const writer = run.in.getWriter()
  ok((await throws(() => run.in.getWriter(), 'a locked port has one writer')) instanceof TypeError, 'a TypeError')
  writer.releaseLock()
  const [one, other] = run.out.tee()
  const events = new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'LOCK', code: '1' })
      controller.enqueue({ type: 'UNLOCK', code: '2' })
      controller.close()
    },
  })
  await events.pipeTo(run.in)
  same(await all(one), [{ type: 'alarm', tried: '2' }])
  same(await all(other), [{ type: 'alarm', tried: '2' }])
})

requirement('4', 'in is a WritableStream of events, and a write resolves after its events are applied', async () => {
  const run = createRun(door)
  await run.in.getWriter().write({ type: 'OPEN' })
  same(run.snapshot.current.state, { at: 'open' })
})

requirement('4', 'in is the only external mutation mechanism: nothing else on a run can change it', async () => {
  const run = createRun(door)
  run.in.send({ type: 'LOCK', code: '42' })
  const { head } = run
  deeplyFrozen(run.snapshot.current, 'the snapshot')
  deeplyFrozen(run.toJSON(), 'the history')
  const change = (): void => {
    ;(run.snapshot.current.state as { at: string }).at = 'open'
  }
  ok((await throws(change, 'state cannot be assigned')) instanceof TypeError, 'a TypeError')
  for (const name of ['machine', 'id', 'head', 'position', 'start', 'error']) {
    same(Reflect.set(run, name, 'changed'), false, `whether ${name} can be assigned`)
  }
  same([run.head, run.snapshot.current.state], [head, { at: 'locked', code: '42' }])
})

requirement('4', 'in applies a batch during the call of write, and of send, in the order of the calls', async () => {
  const run = createRun(door)
  const writer = run.in.getWriter()
  const written = [writer.write({ type: 'OPEN' })]
  same(run.state, { at: 'open' })
  run.in.send({ type: 'CLOSE' })
  same(run.state, { at: 'closed' })
  written.push(writer.write({ type: 'OPEN' }))
  same(run.state, { at: 'open' })
  await Promise.all(written)
  same(run.snapshot.current.sequence, 3)
})

requirement('4', 'in copies events during the call: the sender cannot change them afterwards', async () => {
  const run = createRun(door)
  const event = { type: 'LOCK' as const, code: '42' }
  const written = run.in.getWriter().write(event)
  event.code = 'changed'
  await written
  same(run.snapshot.current.state, { at: 'locked', code: '42' })
})

requirement('4', 'out is a ReadableStream of every output, once and in order, also for a late reader', async () => {
  const run = createRun(sum)
  for (const by of [1, 2, 3]) run.in.send({ type: 'ADD', by })
  run.in.send([
    { type: 'ADD', by: 4 },
    { type: 'ADD', by: 5 },
  ])
  same(
    (await take(run.out, 5)).map(({ total }) => total),
    [1, 3, 6, 10, 15],
  )
  same(
    (await take(run.ports({ from: 'start' }).out, 5)).map(({ total }) => total),
    [1, 3, 6, 10, 15],
  )
})

requirement('4', 'err is a ReadableStream of errors', async () => {
  const run = createRun(sum)
  run.in.send({ type: 'FAIL' })
  const [error] = await take(run.err, 1)
  ok(error instanceof RunError, 'the error is a RunError')
  same(error.code, 'REFUSED')
})

requirement('4', 'snapshot is a ReadableStream of snapshots', async () => {
  const run = createRun(door)
  const reader = run.snapshot.getReader()
  same((await reader.read()).value, { state: { at: 'closed' }, status: 'active', sequence: 0 })
  run.in.send({ type: 'OPEN' })
  same((await reader.read()).value, { state: { at: 'open' }, status: 'active', sequence: 1 })
})

requirement('4', 'Snapshots are produced internally: by each commit, and not by a refusal', async () => {
  const run = createRun(sum)
  const reader = run.snapshot.getReader()
  await reader.read()
  let gotNext = false
  const next = reader.read().then((result) => {
    gotNext = true
    return result
  })
  run.in.send({ type: 'FAIL' })
  await settled()
  same(gotNext, false, 'whether a refusal made a snapshot')
  run.in.send({ type: 'ADD', by: 1 })
  same((await next).value?.sequence, 1)
})

requirement('4', 'Snapshots are observable externally: by a stream, a property and a subscription', async () => {
  const run = createRun(door)
  const seen: string[] = []
  const stop = run.snapshot.subscribe(() => seen.push(run.snapshot.current.state.at))
  run.in.send({ type: 'OPEN' })
  stop()
  run.in.send({ type: 'CLOSE' })
  same(seen, ['open'])
  same((await take(run.snapshot, 1))[0]?.sequence, 2)
})

requirement('4', 'Snapshots are never writable or triggerable externally', async () => {
  const run = createRun(door)
  const { current } = run.snapshot
  ok(!('getWriter' in run.snapshot), 'the port has no getWriter')
  const assign = (): void => {
    ;(run.snapshot as { current: unknown }).current = { state: { at: 'open' } }
  }
  ok((await throws(assign, 'current cannot be assigned')) instanceof TypeError, 'a TypeError')
  await run.snapshot.cancel()
  same(run.snapshot.current === current, true, 'whether cancelling leaves the snapshot')
})
