// The traced process: opens or makes a repository, and marks each sequence as soon as it is acknowledged.

import { writeSync } from 'node:fs'
import { openRepository } from '@xmachines/git'
import { add, tally, tallyRun } from './repositories.ts'

const [directory = '', durability = 'disk', batches = '0', id = ''] = process.argv.slice(2)
// Without a buffer: the call marks the moment at which the caller learns it.
const mark = (text: string): void => {
  writeSync(1, `mark ${text}\n`)
}
const repository = await openRepository(directory, { create: true })
mark('opened')
const run = id === '' ? tallyRun(repository.format) : await repository.open(tally, id)
mark(`run ${run.id}`)
const recorder = repository.record(run, { durability: durability as 'disk' | 'process' })
// What was there before is acknowledged too.
for (let batch = 0; batch <= Number(batches); batch++) {
  if (batch === 1) mark('begun')
  if (batch > 0) run.in.send(add(batch))
  try {
    mark(`safe ${await recorder.flush()}`)
  } catch (thrown) {
    const { code, message } = thrown as { code: string; message: string }
    mark(`failed ${code} ${message}`)
    break
  }
}
await repository.close()
mark('closed')
