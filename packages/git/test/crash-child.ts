// A process that records a run until it is killed: opens what is there, and prints each sequence and its oid once they
// are safe. Each batch holds its sequence.

import { openRepository } from '@xmachines/git'
import { add, tally, tallyRun } from './repositories.ts'

const [directory = '', id = ''] = process.argv.slice(2)
const repository = await openRepository(directory)
const tell = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
const run = id === '' ? tallyRun() : await repository.open(tally, id)
tell(`run ${run.id}`)
let recorder = repository.record(run)
for (let round = 0; ; round++) {
  for (let at = 0; at < 1 + (round % 5); at++) run.in.send(add(run.snapshot.current.sequence + 1))
  try {
    tell(`safe ${await recorder.flush()} ${run.head}`)
  } catch (thrown) {
    // The git child was killed: print the failure, and let the next recorder continue from the ref.
    tell(`failed ${(thrown as { code: string }).code}`)
    if ((thrown as { code: string }).code !== 'GIT_FAILED') break
    recorder = repository.record(run)
  }
}
