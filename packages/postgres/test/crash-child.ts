// A process that records runs until it is killed: opens what is there, and prints each sequence and its oid once they are safe.
// Each batch holds its sequence. If the server is killed, it opens the runs again and goes on.

import { restoreRun } from '@xmachines/core'
import { recordRun } from '@xmachines/core/store'
import { postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { add, recordsOf, type TallyRun, tally } from './ledgers.ts'

const [server = '', ...ids] = process.argv.slice(2)
const pool = new pg.Pool({ ...(JSON.parse(server) as pg.PoolConfig), application_name: 'crash-child' })
pool.on('error', () => undefined)
const store = postgresStore(pool)

async function write(id: string): Promise<never> {
  for (;;) {
    try {
      const run: TallyRun = restoreRun(tally, (await recordsOf(store, id)) as never)
      const recorder = recordRun(run, store)
      for (let round = 0; ; round++) {
        for (let at = 0; at < 1 + (round % 3); at++) run.in.send(add(run.snapshot.current.sequence + 1))
        const sequence = await recorder.flush()
        process.stdout.write(`safe ${id} ${sequence} ${run.toJSON().records[sequence]?.oid}\n`)
      }
    } catch (thrown) {
      process.stdout.write(`failed ${String((thrown as { code?: unknown }).code)}\n`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

await Promise.all(ids.map(write))
