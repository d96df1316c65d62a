/** Effects of a service that is killed and restarted. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRun } from '@xmachines/core'
import { afterAll, expect, test } from 'vitest'
import { runNode } from './program.ts'
import { makeFolder, makeRepository, round } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const service = join(import.meta.dirname, 'service-child.ts')

test('effects that a killed service had not settled are done again under the same key, and none is left out', async () => {
  const repository = await makeRepository(folder)
  const run = createRun(round)
  const recorder = repository.record(run)
  run.in.send({ type: 'START' })
  await recorder.stop()
  const serve = async (death: string): Promise<number | null> => {
    const { status } = await runNode(folder.path, [
      '--conditions=@xmachines/source',
      service,
      repository.directory,
      run.id,
      death,
    ])
    return status
  }

  // In the middle of an effect, between a recorded answer and the note about it, and right after the note.
  for (const death of ['acting 0', 'settled 1', 'acting 1', 'noted 2', 'acting 2'])
    expect(await serve(death)).toBe(null)
  expect(await serve('nowhere')).toBe(0)

  const acts = readFileSync(`${repository.directory}.acts`, 'utf8').trimEnd().split('\n')
  expect([...new Set(acts)]).toEqual([0, 1, 2].map((position) => `${run.id}/${position}`))
  // Each effect during which it was killed happened at least once more.
  expect(acts.length).toBeGreaterThanOrEqual(6)
  expect((await repository.verify(round, run.id)).head).toBe((await repository.find(run.id)).head)
  expect((await repository.open(round, run.id)).snapshot.current).toMatchObject({ state: { door: 3 }, status: 'done' })
})
