/** Starts one Postgres server for all tests of this package, and makes one empty PGlite that they copy. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { TestProject } from 'vitest/node'

import { type PostgresServer, startPostgres } from '../../../scripts/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: Pick<PostgresServer, 'host' | 'port' | 'user' | 'database'>
    /** The file of a PGlite without tables. */
    emptyPglite: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'xmachines-pglite-'))
  const emptyPglite = join(folder, 'empty.tar')
  const [server] = await Promise.all([startPostgres(), makePglite(emptyPglite)])
  const { host, port, user, database } = server
  project.provide('postgres', { host, port, user, database })
  project.provide('emptyPglite', emptyPglite)
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

async function makePglite(file: string): Promise<void> {
  const client = new PGlite()
  // A dump of one that is not ready never ends.
  await client.waitReady
  writeFileSync(file, await (await client.dumpDataDir('none')).bytes())
  await client.close()
}
