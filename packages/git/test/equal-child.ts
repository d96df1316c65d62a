// A process that records equal batches into a run that others record into too. After a lost race it opens the run again,
// and sends the batch again. If its git fails, the next recorder of the same run finds out what became of the batch.
// Prints how many batches were acknowledged, how many races were lost, and how often git failed.

import { type GitError, openRepository } from '@xmachines/git'
import { add, tally } from './repositories.ts'

const [directory = '', id = '', count = '0'] = process.argv.slice(2)
let [acknowledged, races, failures] = [0, 0, 0]
const repository = await retried(() => openRepository(directory))
while (acknowledged < Number(count)) {
  try {
    await record()
  } catch (thrown) {
    if ((thrown as GitError).code !== 'HISTORY_DIVERGED') throw thrown
    races++
  }
}
await repository.close()
process.stdout.write([acknowledged, races, failures].join(' '))
process.exit()

/** Opens the run, and records batch after batch until a race is lost. */
async function record(): Promise<void> {
  const run = await retried(() => repository.open(tally, id))
  const begun = run.snapshot.current.sequence
  let counted = begun
  let recorder = repository.record(run, { durability: 'process' })
  const settle = (recorded: number): void => {
    acknowledged += Math.max(0, recorded - counted)
    counted = Math.max(counted, recorded)
  }
  try {
    while (acknowledged < Number(count)) {
      run.in.send(add())
      await retried(async () => {
        try {
          settle(await recorder.flush())
        } catch (thrown) {
          settle(recorder.recorded)
          if ((thrown as GitError).code !== 'HISTORY_DIVERGED')
            recorder = repository.record(run, { durability: 'process' })
          throw thrown
        }
      })
    }
  } finally {
    settle(recorder.recorded)
  }
}

/** Does something again until git no longer fails. */
async function retried<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act()
    } catch (thrown) {
      if (!['GIT_FAILED', 'REPOSITORY_LOCKED'].includes((thrown as GitError).code)) throw thrown
      failures++
    }
  }
}
