import { createRun } from '@xmachines/core'
import { expect, test } from 'vitest'
import { turnstile } from './turnstile.ts'

test('a coin opens the turnstile for one person', async () => {
  const run = createRun(turnstile)
  expect(run.in.send([{ type: 'COIN' }, { type: 'PUSH' }, { type: 'PUSH' }])).toBeUndefined()
  expect(run.state).toEqual({ at: 'locked' })
  expect((await run.out.getReader().read()).value).toEqual({ type: 'click' })
})
