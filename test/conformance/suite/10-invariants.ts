// RFC Run v1, sections 10 and 11: invariants, and the lock statement.

import { createRun, handleOutputs, restoreRun } from '@xmachines/core'

import { all, ok, same, settled, throws } from './assert.ts'
import { counter, door, repeatable, sum } from './machines.ts'
import { requirement } from './registry.ts'

requirement(
  '10',
  'Events are the only mutation mechanism: reading, locking, closing and aborting change nothing',
  async () => {
    const run = createRun(door, repeatable)
    run.in.send({ type: 'OPEN' })
    const before = JSON.stringify(run)
    const set = run.ports({ from: 'start' })
    await set.snapshot.getReader().read()
    await set.in.close()
    await run
      .ports()
      .in.abort(new Error('gone'))
      .catch(() => undefined)
    for (const port of [run.out, run.err, run.snapshot]) await port.cancel()
    await settled()
    same(JSON.stringify(run), before)
    same(run.snapshot.current.status, 'active')
  },
)

requirement('10', 'A state depends on the events alone, and not on who reads it or when', () => {
  const one = createRun(counter, repeatable)
  const other = createRun(counter, repeatable)
  for (let at = 0; at < 10; at++) {
    one.in.send({ type: 'INC' })
    ok(one.head.length === 40 && one.snapshot.current.state === at + 1, 'the head and the state are read each time')
  }
  for (let at = 0; at < 10; at++) other.in.send({ type: 'INC' })
  same([other.head, other.snapshot.current], [one.head, one.snapshot.current])
})

requirement('10', 'Snapshots are read-only externally', async () => {
  const run = createRun(sum)
  const change = (): void => {
    ;(run.snapshot.current.state.from as string[]).push('me')
  }
  ok((await throws(change, 'a member cannot be added')) instanceof TypeError, 'a TypeError')
  same(run.snapshot.current.state, { total: 0, from: [] })
})

requirement('10', 'History is immutable: a changed history is refused', async () => {
  const run = createRun(door)
  run.in.send({ type: 'LOCK', code: '42' })
  run.in.send({ type: 'UNLOCK', code: '42' })
  const changed = JSON.parse(JSON.stringify(run))
  changed.records[1].events[0].code = '43'
  const refusal = await throws(() => restoreRun(door, changed), 'a changed history is refused')
  same([(refusal as { code?: string }).code, (refusal as { sequence?: number }).sequence], ['HISTORY_MISMATCH', 1])
})

requirement('10', 'IDs are Git OID–compatible: each record names its commit and the previous one', async () => {
  const run = createRun(sum)
  for (let by = 0; by < 3; by++) run.in.send({ type: 'ADD', by })
  const records = (await all(run.history())) as unknown as { oid: string; parent?: string }[]
  same(records[0]?.oid, run.id)
  same(
    records.slice(1).map(({ parent }) => parent),
    records.slice(0, -1).map(({ oid }) => oid),
  )
  same(records.at(-1)?.oid, run.head)
  same(
    records.every(({ oid }) => /^[0-9a-f]{40}$/.test(oid)),
    true,
  )
})

requirement(
  '11',
  'A run is driven solely by ordered events, and all interaction can happen through streams',
  async () => {
    const run = createRun(door)
    const events = new ReadableStream({
      start(controller) {
        controller.enqueue([
          { type: 'LOCK', code: '42' },
          { type: 'UNLOCK', code: '1' },
        ])
        controller.enqueue({ type: 'UNLOCK' })
        controller.enqueue({ type: 'UNLOCK', code: '42' })
        controller.enqueue({ type: 'REMOVE' })
      },
    })
    const [outputs, errors, snapshots] = [all(run.out), all(run.err), all(run.snapshot)]
    const thrown = await throws(() => events.pipeTo(run.in), 'in ends with the run')
    same((thrown as { code?: string }).code, 'RUN_DONE')
    same(await outputs, [{ type: 'alarm', tried: '1' }, { type: 'alarm' }])
    same(await errors, [])
    same((await snapshots).at(-1), { state: { at: 'gone' }, status: 'done', sequence: 4 })
  },
)

requirement('11', 'The members beside the streams show what the streams carry', async () => {
  const [streamed, sent] = [createRun(sum, repeatable), createRun(sum, repeatable)]
  const writer = streamed.in.getWriter()
  await writer.write([
    { type: 'ADD', by: 1 },
    { type: 'ADD', by: 2 },
  ])
  sent.in.send([
    { type: 'ADD', by: 1 },
    { type: 'ADD', by: 2 },
  ])
  same(sent.head, streamed.head)
  same((await streamed.snapshot.getReader().read()).value, sent.snapshot.current)
  same(await all(sent.history()), sent.toJSON().records)
})

requirement('11', 'Effects leave as outputs and return as events', async () => {
  const run = createRun(sum)
  const settledUpTo = handleOutputs(run, {
    total: ({ total }) => (total < 3 ? { type: 'ADD', by: 1 } : { type: 'FINISH' }),
  })
  run.in.send({ type: 'ADD', by: 1 })
  same(await settledUpTo, 3)
  same([run.snapshot.current.status, run.snapshot.current.sequence], ['done', 4])
})
