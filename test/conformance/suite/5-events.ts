// RFC Run v1, section 5: events.

import { createRun, defineMachine } from '@xmachines/core'

import { all, deeplyFrozen, same, take } from './assert.ts'
import { door, repeatable, sum } from './machines.ts'
import { requirement } from './registry.ts'

interface Recorded {
  readonly events: readonly { readonly type: string; readonly by?: number }[]
}

requirement('5', 'Events are immutable: a recorded event is frozen, and is a copy of what was sent', async () => {
  const run = createRun(sum)
  const event = { type: 'ADD' as const, by: 1 }
  run.in.send(event)
  event.by = 100
  const [, record] = (await all(run.history())) as unknown as [unknown, Recorded]
  deeplyFrozen(record, 'the record')
  same(record.events, [{ type: 'ADD', by: 1 }])
})

requirement('5', 'Events are ordered: the history keeps the order of the writes', async () => {
  const run = createRun(sum)
  const writer = run.in.getWriter()
  const writes = [1, 2, 3, 4, 5].map((by) => writer.write(by % 2 ? { type: 'ADD', by } : [{ type: 'ADD', by }]))
  await Promise.all(writes)
  const records = (await all(run.history({ from: 1 }))) as unknown as Recorded[]
  same(
    records.flatMap(({ events }) => events.map(({ by }) => by)),
    [1, 2, 3, 4, 5],
  )
})

requirement('5', 'Events are atomic: a batch that fails halfway changes no state and emits no outputs', async () => {
  const run = createRun(door)
  run.in.send({ type: 'LOCK', code: '42' })
  const refusal = run.in.send([
    { type: 'UNLOCK', code: '1' },
    { type: 'UNLOCK', code: 1n as never },
  ])
  same([refusal?.code, refusal?.index], ['INVALID_EVENT', 1])
  same([run.snapshot.current.sequence, run.position], [1, 0])
  run.in.send({ type: 'UNLOCK', code: '2' })
  same(await take(run.out, 1), [{ type: 'alarm', tried: '2' }])
})

requirement('5', 'Events are deterministic: the same events give the same outputs and the same head', async () => {
  const [one, other] = [createRun(sum, repeatable), createRun(sum, repeatable)]
  for (const by of [3, 1, 4]) one.in.send({ type: 'ADD', by })
  const writer = other.in.getWriter()
  for (const by of [3, 1, 4]) await writer.write({ by, type: 'ADD' })
  same([other.head, other.snapshot.current], [one.head, one.snapshot.current])
  same(await take(other.out, 3), await take(one.out, 3))
})

requirement('5', 'An event that nothing handles is recorded, and does not change the state', () => {
  const run = createRun(door)
  const { state } = run.snapshot.current
  same(run.in.send({ type: 'CLOSE' }), undefined)
  same(run.snapshot.current.state === state, true, 'whether the state stays the same')
  same(run.snapshot.current.sequence, 1)
})

requirement('5', 'An event that nothing handles is refused if its machine says so', () => {
  const strict = defineMachine<{ at: 'on' } | { at: 'off' }, { type: 'ON' | 'OFF' }>({
    name: 'strict',
    version: '1',
    initial: { at: 'off' },
    states: { off: { ON: 'on' }, on: { OFF: 'off' } },
    unhandled: 'refuse',
  })
  const run = createRun(strict)
  const refusal = run.in.send([{ type: 'ON' }, { type: 'ON' }])
  same([refusal?.code, refusal?.index, refusal?.fatal], ['UNHANDLED', 1, false])
  same(run.snapshot.current, { state: { at: 'off' }, status: 'active', sequence: 0 })
})
