import { createRun, restoreRun } from '@xmachines/core'
import { sha256 } from '@xmachines/core/sha256'
import { door } from './door'

test('a door opens, and its history is restored', async () => {
  const run = createRun(door)
  await run.in.getWriter().write({ type: 'OPEN' })
  expect(run.state).toEqual({ at: 'open' })
  const { value } = await run.snapshot.getReader().read()
  expect(value).toMatchObject({ sequence: 1 })
  expect(restoreRun(door, JSON.parse(JSON.stringify(run))).head).toBe(run.head)
  expect(createRun(door, { format: sha256 }).id).toHaveLength(64)
})
