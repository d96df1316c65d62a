/** Runs that one writer makes while another looks for them. */
import { createRun } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { makeFolder, makeRepository, tally } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

test('a run that is made while it is looked for is there or not yet, and never damaged', async () => {
  const { directory } = await makeRepository(folder)
  const [writer, reader] = [await openRepository(directory), await openRepository(directory)]
  onTestFinished(async () => {
    await writer.close()
    await reader.close()
  })
  for (let round = 0; round < 12; round++) {
    const run = createRun(tally)
    let isMade = false
    const look = async (): Promise<void> => {
      while (!isMade) expect((await reader.store.head(run.id))?.head ?? run.id).toBe(run.id)
    }
    const looks = Promise.all([look(), look(), look()])
    await writer.record(run).stop()
    isMade = true
    await looks
    expect(await reader.store.head(run.id)).toEqual({ head: run.id, sequence: 0 })
  }
})
