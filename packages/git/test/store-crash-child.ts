// A process that records a run through the store until it is killed: opens what is there, and prints each sequence and its oid
// once they are safe. Each batch holds its sequence.

import { restoreRun } from '@xmachines/core'
import { recordRun } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { add, collect, type TallyRun, tally, tallyRun } from './repositories.ts'

const [directory = '', id = ''] = process.argv.slice(2)
const { store } = await openRepository(directory)
const tell = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
const run: TallyRun = id === '' ? tallyRun() : restoreRun(tally, (await collect(store.read(id, { from: 0 }))) as never)
tell(`run ${run.id}`)
const recorder = recordRun(run, store)
try {
  for (let round = 0; ; round++) {
    for (let at = 0; at < 1 + (round % 5); at++) run.in.send(add(run.snapshot.current.sequence + 1))
    tell(`safe ${await recorder.flush()} ${run.head}`)
  }
} catch (thrown) {
  // Its git was killed, and left a lock: the next process continues once that is old.
  const { code, message } = thrown as Error & { readonly code: string }
  tell(`failed ${code} ${JSON.stringify(message)}`)
}
