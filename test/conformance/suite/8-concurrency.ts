// RFC Run v1, section 8: concurrency.

import { createRun } from '@xmachines/core'

import { all, same, take } from './assert.ts'
import { sum } from './machines.ts'
import { requirement } from './registry.ts'

requirement('8', 'A lock reserves one port for one writer, and only the engine writes the history', async () => {
  const run = createRun(sum)
  const writer = run.in.getWriter()
  same(run.in.locked, true)
  const other = run.ports().in.getWriter()
  await Promise.all([writer.write({ type: 'ADD', by: 1 }), other.write({ type: 'ADD', by: 2 })])
  same(run.snapshot.current.state.total, 3)
})

requirement(
  '8',
  'Concurrent senders serialize at in: every batch is one record, and the order of each sender is kept',
  async () => {
    const run = createRun(sum)
    const senders = ['a', 'b', 'c', 'd']
    await Promise.all(
      senders.map(async (from) => {
        const writer = run.ports().in.getWriter()
        for (let by = 1; by <= 20; by++) await writer.write({ type: 'ADD', by, from })
      }),
    )
    const records = (await all(run.history({ from: 1 }))) as unknown as { events: { by: number; from: string }[] }[]
    same(records.length, 80)
    for (const sender of senders) {
      const own = records.flatMap(({ events }) => events).filter(({ from }) => from === sender)
      same(
        own.map(({ by }) => by),
        Array.from({ length: 20 }, (_, at) => at + 1),
      )
    }
  },
)

requirement('8', 'A send follows everything that was written to its port before it', async () => {
  const run = createRun(sum)
  const writer = run.in.getWriter()
  const writes = ['1', '2', '3'].map((from) => writer.write({ type: 'ADD', by: 1, from }))
  run.in.send({ type: 'ADD', by: 1, from: 'send' })
  same(run.snapshot.current.state.from, ['1', '2', '3', 'send'])
  await Promise.all(writes)
  same(run.snapshot.current.sequence, 4)
})

requirement('8', 'All readers of a run see the same order', async () => {
  const run = createRun(sum)
  const sets = [run, run.ports(), run.ports()]
  const writes = sets.map(async (set) => {
    const writer = set.in.getWriter()
    for (let by = 1; by <= 10; by++) await writer.write({ type: 'ADD', by })
  })
  const reads = sets.map(async (set) => await take(set.out, 30))
  await Promise.all(writes)
  const [one, ...others] = await Promise.all(reads)
  for (const other of others) same(other, one)
})
