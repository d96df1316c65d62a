// Another process that continues a run: opens it, records one batch, and ends.

import { openRepository } from '@xmachines/git'
import { add, tally } from './repositories.ts'

const [directory = '', id = '', by = '1'] = process.argv.slice(2)
const repository = await openRepository(directory)
const run = await repository.open(tally, id)
run.in.send(add(Number(by)))
await repository.record(run).stop()
await repository.close()
