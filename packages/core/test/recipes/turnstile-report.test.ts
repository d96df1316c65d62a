import { createRun } from '@xmachines/core'
import { expect, test } from 'vitest'
import { turnstile } from './turnstile.ts'

test('turnstile@1 takes 2 batches', () => {
  const run = createRun(turnstile)
  expect(run.in.send({ type: 'COIN' })).toBeUndefined()
  expect(run.in.send([{ type: 'PUSH' }, { type: 'PUSH' }])).toBeUndefined()
  expect(run.state).toEqual({ at: 'locked' })
})
