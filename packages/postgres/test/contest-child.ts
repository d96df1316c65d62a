// One of two processes that append to one run at the same moment: at one word it opens the run, at the next it appends a batch
// and says what became of it.

import { createInterface } from 'node:readline'
import { restoreRun } from '@xmachines/core'
import type { StoreError } from '@xmachines/core/store'
import { postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { add, append, recordsOf, type TallyRun, tally } from './ledgers.ts'

const [server = '', prefix = '', id = '', kind = '', name = '0'] = process.argv.slice(2)
const pool = new pg.Pool(JSON.parse(server) as pg.PoolConfig)
const store = postgresStore(pool, { prefix })
const words = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
while (!(await words.next()).done) {
  const run: TallyRun = restoreRun(tally, (await recordsOf(store, id)) as never)
  run.in.send(add(kind === 'equal' ? 1 : Number(name)))
  process.stdout.write('ready\n')
  await words.next()
  try {
    await append(store, run, { from: run.snapshot.current.sequence })
    process.stdout.write('won\n')
  } catch (thrown) {
    process.stdout.write(`${(thrown as StoreError).code}\n`)
  }
}
await pool.end()
