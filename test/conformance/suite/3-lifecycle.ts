// RFC Run v1, section 3: creation, progression, completion.

import { createRun, defineMachine } from '@xmachines/core'

import { all, same, throws } from './assert.ts'
import { counter, door, sum } from './machines.ts'
import { requirement } from './registry.ts'

requirement(
  '3.1',
  'A run is forked from a machine: its genesis names the machine, whose commit is its parent',
  async () => {
    const run = createRun(door)
    const { name, version, oid } = run.genesis.machine
    same([name, version], ['door', '1'])
    same(oid, createRun(door).genesis.machine.oid, 'the oid of the machine commit')
    const refusal = await throws(() => createRun({ ...door }), 'an object that is not a machine is refused')
    same(refusal instanceof TypeError, true)
  },
)

requirement('3.1', 'A new run has only the initial state', () => {
  same(createRun(door).snapshot.current, { state: { at: 'closed' }, status: 'active', sequence: 0 })
})

requirement('3.1', 'A new run has no applied events', async () => {
  same((await all(createRun(door).history())).length, 1, 'the number of records')
})

requirement('3.2', 'Events are applied in sequence, each to the state after the previous one', async () => {
  const run = createRun(door)
  const writer = run.in.getWriter()
  await Promise.all([
    writer.write({ type: 'OPEN' }),
    writer.write({ type: 'CLOSE' }),
    writer.write({ type: 'LOCK', code: '7' }),
  ])
  same(run.snapshot.current, { state: { at: 'locked', code: '7' }, status: 'active', sequence: 3 })
})

requirement('3.2', 'A batch is applied whole: one commit, one change', async () => {
  const run = createRun(sum)
  let changes = 0
  run.snapshot.subscribe(() => changes++)
  await run.in.getWriter().write([
    { type: 'ADD', by: 1 },
    { type: 'ADD', by: 2 },
  ])
  same([run.snapshot.current.state.total, run.snapshot.current.sequence, changes], [3, 1, 1])
})

requirement('3.2', 'If one event of a batch fails, no event of the batch is applied', async () => {
  const run = createRun(sum)
  run.in.send({ type: 'ADD', by: 1 })
  const before = [run.head, run.position, run.snapshot.current]
  const add = { type: 'ADD', by: 1 } as const
  const refusal = run.in.send([add, add, add, add, { type: 'FAIL' }, add])
  same([refusal?.code, refusal?.index], ['REFUSED', 4])
  same([run.head, run.position, run.snapshot.current], before)
})

requirement('3.3', 'The machine defines when a run is complete: by final states', () => {
  const run = createRun(door)
  run.in.send({ type: 'OPEN' })
  same(run.snapshot.current.status, 'active')
  run.in.send([{ type: 'CLOSE' }, { type: 'REMOVE' }])
  same(run.snapshot.current, { state: { at: 'gone' }, status: 'done', sequence: 2 })
})

requirement('3.3', 'The machine defines when a run is complete: by a function', () => {
  const run = createRun(sum)
  run.in.send({ type: 'FINISH' })
  same(run.snapshot.current.status, 'done')
  const born = defineMachine<number, { type: 'X' }>({
    name: 'born',
    version: '1',
    initial: 0,
    on: {},
    isDone: () => true,
  })
  same(createRun(born).snapshot.current.status, 'done')
})

requirement('3.3', 'A complete run accepts no more events', async () => {
  const run = createRun(door)
  run.in.send({ type: 'REMOVE' })
  same(run.in.send({ type: 'OPEN' })?.code, 'RUN_DONE')
  const thrown = await throws(() => run.in.getWriter().write({ type: 'OPEN' }), 'a write is rejected')
  same((thrown as { code?: string }).code, 'RUN_DONE')
  same(run.snapshot.current.sequence, 1)
})

requirement('3.3', 'A run may remain open indefinitely', async () => {
  const run = createRun(counter)
  const writer = run.in.getWriter()
  for (let round = 0; round < 100; round++)
    await writer.write(Array.from({ length: 10 }, () => ({ type: 'INC' as const })))
  same(run.snapshot.current, { state: 1000, status: 'active', sequence: 100 })
})
