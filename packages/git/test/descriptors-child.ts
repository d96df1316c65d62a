// Records, reads and opens with fewer and fewer free descriptors, and prints each result: `safe`, or the code of the
// failure. Then it frees all descriptors and records the rest.

import { closeSync, openSync } from 'node:fs'
import { openRepository } from '@xmachines/git'
import { add, tally, tallyRun } from './repositories.ts'

const [directory = ''] = process.argv.slice(2)
const tell = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
const resultOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work()
    return 'safe'
  } catch (thrown) {
    const { name, code } = thrown as { name: string; code?: string }
    return name === 'GitError' ? String(code) : `${name}: ${String(thrown)}`
  }
}

for (let left = 0; left < 24; left++) {
  const repository = await openRepository(directory)
  const run = tallyRun()
  const taken: number[] = []
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'))
  } catch {
    for (const one of taken.splice(0, left)) closeSync(one)
  }
  run.in.send(add())
  const recorder = repository.record(run)
  const outcomes = await Promise.all([
    resultOf(() => recorder.flush()),
    resultOf(() => repository.find(run.id)),
    resultOf(() => repository.open(tally, run.id)),
    resultOf(async () => {
      for await (const { id } of repository.runs()) if (id === '') tell('lost')
    }),
    resultOf(() => openRepository(directory)),
  ])
  for (const one of taken) closeSync(one)
  tell(outcomes.join(' '))
  await repository.record(run).stop()
  if ((await repository.find(run.id)).head !== run.head) tell('lost')
  await repository.close()
}
tell('alive')
process.exit()
