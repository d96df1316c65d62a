// A process that records a run until it is killed: opens what is there, and prints each sequence once it is safe.

import { createRun } from '@xmachines/core'
import { openRepository } from '@xmachines/git'
import { add, tally } from './repositories.ts'

const [directory = '', id = '', nonce = ''] = process.argv.slice(2)
const repository = await openRepository(directory)
const tell = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
const run =
  id === ''
    ? createRun(tally, { input: undefined, nonce: Buffer.from(nonce, 'hex') })
    : await repository.open(tally, id)
tell(`run ${run.id}`)
let recorder = repository.record(run)
for (let round = 0; ; round++) {
  for (let at = 0; at < 1 + (round % 5); at++) run.in.send(add(round))
  try {
    tell(`safe ${await recorder.flush()}`)
  } catch (thrown) {
    // The git child was killed: what failed is told, and the next recorder goes on from the ref.
    tell(`failed ${(thrown as { code: string }).code}`)
    if ((thrown as { code: string }).code !== 'GIT_FAILED') break
    recorder = repository.record(run)
  }
}
