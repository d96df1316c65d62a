import { createRun, type RunOf } from '@xmachines/core'
import { coverageOf, pathsOf } from '@xmachines/core/testing'
import { afterAll, expect, test } from 'vitest'
import { turnstile } from './turnstile.ts'

const paths = pathsOf(turnstile, { events: [{ type: 'COIN' }, { type: 'PUSH' }] })
const runs: RunOf<typeof turnstile>[] = []

test.each(paths)('$events leads to $state', ({ events, state }) => {
  const run = createRun(turnstile)
  runs.push(run)
  for (const event of events) run.in.send(event)
  expect(run.state).toEqual(state)
})

afterAll(() => {
  // A shortest path never comes back, so the way back through the gate is not tested.
  expect(coverageOf(turnstile, runs).missing).toEqual(['open --PUSH--> ?'])
})
