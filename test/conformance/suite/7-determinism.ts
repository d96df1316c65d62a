// RFC Run v1, section 7: determinism.

import { createRun, defineMachine, restoreRun } from '@xmachines/core'

import { same, take } from './assert.ts'
import { door, repeatable } from './machines.ts'
import { requirement } from './registry.ts'

const events = [
  { type: 'OPEN' },
  { type: 'CLOSE' },
  { type: 'LOCK', code: '42' },
  { type: 'UNLOCK', code: '1' },
  { type: 'UNLOCK', code: '42' },
] as const

requirement('7', 'The same machine and ordered events give the same state, outputs and head', async () => {
  const runs = [createRun(door, repeatable), createRun(door, repeatable)]
  for (const run of runs) for (const event of events) run.in.send(event)
  const [one, other] = await Promise.all(
    runs.map(async (run) => [run.id, run.head, run.snapshot.current, await take(run.out, 1)]),
  )
  same(one, other)
})

requirement('7', 'The same events in another order are another history', () => {
  const [one, other] = [createRun(door, repeatable), createRun(door, repeatable)]
  for (const event of events) one.in.send(event)
  for (const event of events.toReversed()) other.in.send(event)
  same(one.head === other.head, false, 'whether the heads are equal')
})

requirement('7', 'Replaying a history gives the recorded run', () => {
  const run = createRun(door)
  for (const event of events) run.in.send(event)
  const restored = restoreRun(door, JSON.parse(JSON.stringify(run)))
  same([restored.head, restored.snapshot.current, restored.position], [run.head, run.snapshot.current, run.position])
})

requirement('7', 'The order of members has no meaning, and a machine that depends on it is refused', () => {
  const nosy = defineMachine<string, { type: 'NAME'; b: number; a: number }>({
    name: 'nosy',
    version: '1',
    initial: '',
    on: { NAME: (_state, event) => Object.keys(event).join() },
  })
  const run = createRun(nosy, { checkDeterminism: true })
  same(run.in.send({ type: 'NAME', b: 1, a: 2 })?.code, 'NONDETERMINISTIC')
  const [one, other] = [createRun(door, repeatable), createRun(door, repeatable)]
  one.in.send({ type: 'LOCK', code: '42' })
  other.in.send({ code: '42', type: 'LOCK' })
  same(one.head, other.head)
})
