/** The store in Postgres behaves as the suite for stores says, in PGlite and on a real server. */

import { storeCases } from '@xmachines/core/store/conformance'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type Database, kinds } from './databases.ts'

describe.each(kinds)('in %s', (_kind, openDatabase) => {
  let database: Database

  beforeAll(async () => {
    database = await openDatabase()
  })

  afterAll(() => database.end())

  async function damage(id: string, sequence: number, how: 'change' | 'remove' | 'swap'): Promise<void> {
    const run = `run = (SELECT number FROM xmachines_runs WHERE id = '${id}')`
    const which = `${run} AND sequence = ${sequence}`
    if (how === 'remove') await database.sql(`DELETE FROM xmachines_records WHERE ${which}`)
    else if (how === 'swap') {
      await database.sql(`UPDATE xmachines_records AS here SET record = there.record FROM xmachines_records AS there
        WHERE here.${run} AND there.run = here.run AND here.sequence + there.sequence = ${2 * sequence + 1}
          AND here.sequence IN (${sequence}, ${sequence + 1})`)
    } else {
      await database.sql(
        `UPDATE xmachines_records SET record = replace(record::text, '"cents":', '"cents":1')::json WHERE ${which}`,
      )
    }
  }

  test.each(storeCases)('$title', async ({ check }) => {
    await check({ open: () => database.open(), damage, crash: (store) => database.crash(store) })
  })
})
