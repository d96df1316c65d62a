// A process that records equal batches into a run that others record into too: after a lost race it opens the run again,
// and sends the batch again. Prints how many were acknowledged.

import { type GitError, openRepository } from '@xmachines/git'
import { add, tally } from './repositories.ts'

const [directory = '', id = '', count = '0'] = process.argv.slice(2)
const repository = await openRepository(directory)
let acknowledged = 0
while (acknowledged < Number(count)) {
  const run = await repository.open(tally, id)
  const recorder = repository.record(run, { durability: 'process' })
  const writer = recorder.ports().in.getWriter()
  writer.closed.catch(() => undefined)
  try {
    while (acknowledged < Number(count)) {
      await writer.write(add())
      acknowledged++
    }
  } catch (thrown) {
    if ((thrown as GitError).code !== 'HISTORY_DIVERGED') throw thrown
  }
}
await repository.close()
process.stdout.write(String(acknowledged))
process.exit()
