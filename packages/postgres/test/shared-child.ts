// One of several processes that share a run: it sends batches as fast as it can, and prints how many are kept.

import { openShared } from '@xmachines/core/store'
import { postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { add, tally } from './ledgers.ts'

const [server = '', prefix = '', id = '', count = '0'] = process.argv.slice(2)
const pool = new pg.Pool(JSON.parse(server) as pg.PoolConfig)
const store = postgresStore(pool, { prefix })
const run = await openShared(store, id, tally)
for (let sent = 0; sent < Number(count); sent++) {
  run.in.send(add(1))
  await run.flush()
}
run.close()
await store.close()
await pool.end()
