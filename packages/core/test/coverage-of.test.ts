/** Which states and arrows runs have gone through. */
import { createRun, defineMachine, type RunError } from '@xmachines/core'
import { coverageOf } from '@xmachines/core/testing'
import { expect, test } from 'vitest'
import { door } from './machines.ts'

function doorRun() {
  const run = createRun(door)
  run.in.send({ type: 'LOCK', code: '1' })
  run.in.send([
    { type: 'UNLOCK', code: '2' },
    { type: 'UNLOCK', code: '1' },
  ])
  run.in.send({ type: 'CLOSE' })
  return run
}

test('states and arrows are counted, also those between the events of a batch', () => {
  const { states, arrows, missing } = coverageOf(door, [doorRun(), doorRun().toJSON(), createRun(door)])
  // CLOSE does nothing to a closed door, and its run is in the state once more.
  expect(states).toEqual([
    { name: 'closed', times: 7 },
    { name: 'open', times: 0 },
    { name: 'locked', times: 4 },
  ])
  expect(arrows).toEqual([
    { from: 'closed', event: 'OPEN', to: 'open', times: 0 },
    { from: 'closed', event: 'LOCK', to: undefined, times: 2 },
    { from: 'open', event: 'CLOSE', to: 'closed', times: 0 },
    { from: 'locked', event: 'UNLOCK', to: 'closed', times: 2 },
    { from: 'locked', event: 'UNLOCK', to: 'locked', times: 2 },
  ])
  expect(missing).toEqual(['state open', 'closed --OPEN--> open', 'open --CLOSE--> closed'])
})

test('an arrow of `on` leaves every state that has none of its own, but no final one', () => {
  const job = defineMachine<{ at: 'idle' } | { at: 'busy' } | { at: 'gone' }, { type: 'GO' } | { type: 'STOP' }>({
    name: 'job',
    version: '1',
    initial: { at: 'idle' },
    states: { idle: { GO: 'busy' }, busy: {}, gone: {} },
    on: { STOP: 'gone' },
    final: ['gone'],
  })
  const run = createRun(job)
  run.in.send([{ type: 'GO' }, { type: 'STOP' }])
  expect(coverageOf(job, [run]).missing).toEqual(['idle --STOP--> gone'])
})

test('a history that does not replay is an error', () => {
  const { records, ...end } = doorRun().toJSON()
  const broken = { ...end, records: records.map((record, at) => (at === 1 ? { ...record, events: [] } : record)) }
  const code = (thrown: unknown): string => (thrown as RunError).code
  expect(() => coverageOf(door, [broken])).toThrow(expect.toSatisfy((thrown) => code(thrown) === 'INVALID_HISTORY'))
  expect(() => coverageOf({} as typeof door, [])).toThrow(TypeError)
})
