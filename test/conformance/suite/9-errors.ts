// RFC Run v1, section 9: errors.

import { createRun, defineMachine, RunError, refuse } from '@xmachines/core'

import { all, deeplyFrozen, ok, same, take, throws } from './assert.ts'
import { door, sum } from './machines.ts'
import { requirement } from './registry.ts'

requirement('9', 'Errors are observable via err, each once and in order', async () => {
  const run = createRun(sum)
  const reader = run.err.getReader()
  const writer = run.in.getWriter()
  await writer.write({ type: 'FAIL' })
  await writer.write('no event' as never)
  await writer.write([
    { type: 'ADD', by: 1 },
    { type: 'ADD', by: Number.NaN },
  ])
  const errors = []
  for (let count = 0; count < 3; count++) errors.push((await reader.read()).value)
  same(
    errors.map((error) => [error?.code, error?.index, error?.sequence, error?.run === run.id]),
    [
      ['REFUSED', 0, 0, true],
      ['INVALID_EVENT', undefined, 0, true],
      ['INVALID_EVENT', 1, 0, true],
    ],
  )
})

requirement('9', 'A machine refuses by a rule of its own: the sender gets the reason and the details', async () => {
  const till = defineMachine<number, { type: 'PAY'; cents: number }>({
    name: 'till',
    version: '1',
    initial: 0,
    on: {
      PAY: (total, { cents }) => {
        if (cents > 1000) refuse('at most 10 euros', { most: 1000 })
        return total + cents
      },
    },
  })
  const run = createRun(till)
  const refusal = run.in.send([
    { type: 'PAY', cents: 1 },
    { type: 'PAY', cents: 1001 },
  ])
  const { code, index, reason, details } = refusal ?? {}
  same(
    { code, index, reason, details },
    { code: 'REFUSED', index: 1, reason: 'at most 10 euros', details: { most: 1000 } },
  )
  deeplyFrozen(details, 'the details')
  same((await take(run.err, 1))[0] === refusal, true, 'whether err delivers it too')
  const copy = RunError.fromJSON(JSON.parse(JSON.stringify(refusal)))
  same([copy.code, copy.reason, copy.details, copy.run], ['REFUSED', reason, details, run.id])
  same([run.state, run.snapshot.current.sequence], [0, 0])
})

requirement('9', 'A refused batch errors no stream, and the run continues', async () => {
  const run = createRun(sum)
  const reader = run.err.getReader()
  const writer = run.in.getWriter()
  await writer.write({ type: 'FAIL' })
  await writer.write({ type: 'ADD', by: 1 })
  same((await reader.read()).value?.code, 'REFUSED')
  same(run.snapshot.current, { state: { total: 1, from: [] }, status: 'active', sequence: 1 })
})

requirement('9', 'Fatality is machine-defined: a fatal refusal ends the run with its error', async () => {
  const run = createRun(sum)
  run.in.send({ type: 'ADD', by: 1 })
  same([run.in.send({ type: 'FAIL' })?.fatal, run.snapshot.current.status], [false, 'active'])
  const refusal = run.in.send({ type: 'BREAK' })
  ok(refusal?.fatal, 'the refusal is fatal')
  same(run.error === refusal, true, 'whether run.error is the refusal')
  const { status, state } = run.snapshot.current
  same([status, state.total], ['error', 1])
  same(
    (await all(run.err)).map(({ fatal }) => fatal),
    [false, true],
  )
  same((await throws(() => run.in.getWriter().write({ type: 'ADD', by: 1 }), 'writes end')) === refusal, true)
  same(run.in.send({ type: 'ADD', by: 1 }) === refusal, true, 'whether send returns that error')
})

requirement('9', 'By default nothing is fatal', () => {
  const run = createRun(door)
  same(run.in.send({ type: 'LOCK', code: Symbol('x') as never })?.fatal, false)
  same(run.snapshot.current.status, 'active')
})

requirement('9', 'Errors do not mutate history, not even fatal ones', async () => {
  const run = createRun(sum)
  run.in.send({ type: 'ADD', by: 1 })
  const before = JSON.stringify(run)
  for (const type of ['FAIL', 'BREAK'] as const) run.in.send({ type })
  same(JSON.stringify(run), before)
  same((await all(run.history())).length, 2)
})

requirement('9', 'err keeps the latest 256 refusals, and tells a late reader how many it missed', async () => {
  const run = createRun(sum)
  for (let round = 0; round < 300; round++) run.in.send({ type: 'FAIL' })
  const errors = await take(run.err, 257)
  same([errors[0]?.code, errors[0]?.dropped], ['ERRORS_DROPPED', 44])
  same(
    errors.slice(1).every(({ code }) => code === 'REFUSED'),
    true,
  )
})

requirement('9', 'An error is frozen, and says what was wrong, where, and what to do', () => {
  const run = createRun(sum)
  const refusal = run.in.send([{ type: 'ADD', by: 1 }, { type: 'FAIL' }])
  ok(refusal !== undefined && Object.isFrozen(refusal), 'the refusal is frozen')
  deeplyFrozen(refusal.batch, 'the batch in the refusal')
  for (const part of ['sum@1', 'sequence 0', 'event 1 (FAIL)', 'asked to fail']) {
    ok(refusal.message.includes(part), `its message contains "${part}": ${refusal.message}`)
  }
  same(JSON.parse(JSON.stringify(refusal)).reason, 'asked to fail')
})
