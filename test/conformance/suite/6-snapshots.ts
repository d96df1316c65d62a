// RFC Run v1, section 6: snapshots.

import { createRun, type Snapshot } from '@xmachines/core'

import { all, deeplyFrozen, same, take } from './assert.ts'
import { door, type Sum, type SumEvent, sum } from './machines.ts'
import { requirement } from './registry.ts'

requirement('6', 'Snapshots are optional: a run continues if nobody reads one', async () => {
  const run = createRun(sum)
  for (let by = 0; by < 50; by++) run.in.send({ type: 'ADD', by })
  same((await take(run.out, 50)).at(-1), { type: 'total', total: 1225 })
})

requirement('6', 'A snapshot is derived from events: it is the fold of the history', async () => {
  const run = createRun(sum)
  run.in.send([
    { type: 'ADD', by: 2, from: 'a' },
    { type: 'ADD', by: 3, from: 'b' },
  ])
  run.in.send({ type: 'FAIL' })
  run.in.send({ type: 'ADD', by: 5, from: 'c' })
  let state: Sum = sum.initial(undefined)
  for (const record of await all(run.history({ from: 1 }))) {
    const { events } = record as unknown as { events: SumEvent[] }
    for (const event of events) state = sum.transition(state, event, () => undefined)
  }
  same(run.snapshot.current, { state, status: 'active', sequence: 2 })
})

requirement('6', 'Snapshots never replace the history: it stays complete', async () => {
  const run = createRun(sum)
  const reader = run.snapshot.getReader()
  for (let by = 0; by < 5; by++) {
    run.in.send({ type: 'ADD', by })
    await reader.read()
  }
  same((await all(run.history())).length, 6)
  same(run.toJSON().records.length, 6)
})

requirement('6', 'A snapshot represents the latest truth: a reader gets the newest and skips older ones', async () => {
  const run = createRun(sum)
  for (let by = 1; by <= 3; by++) run.in.send({ type: 'ADD', by })
  const reader = run.snapshot.getReader()
  same((await reader.read()).value?.state.total, 6)
  for (let by = 4; by <= 6; by++) run.in.send({ type: 'ADD', by })
  same((await reader.read()).value?.state.total, 21)
})

requirement('6', 'The branches of a tee also get the newest snapshot', async () => {
  const run = createRun(sum)
  const [one, other] = run.snapshot.tee()
  same((await take(one, 1))[0]?.sequence, 0)
  for (let by = 1; by <= 3; by++) run.in.send({ type: 'ADD', by })
  same((await take(other, 1))[0]?.sequence, 3)
  same((await take(one, 1))[0]?.sequence, 3)
})

requirement('6', 'A snapshot is frozen plain data, and never changes', () => {
  const run = createRun(door)
  const early: Snapshot<unknown> = run.snapshot.current
  deeplyFrozen(early, 'the snapshot')
  run.in.send({ type: 'LOCK', code: '42' })
  same(early, { state: { at: 'closed' }, status: 'active', sequence: 0 })
  same(JSON.parse(JSON.stringify(run.snapshot.current)), run.snapshot.current)
})
