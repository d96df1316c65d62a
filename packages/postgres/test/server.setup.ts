/** Starts one Postgres server for all tests of this package. */
import type { TestProject } from 'vitest/node'

import { type PostgresServer, startPostgres } from '../../../scripts/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: Pick<PostgresServer, 'host' | 'port' | 'user' | 'database'>
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  const { host, port, user, database } = server
  project.provide('postgres', { host, port, user, database })
  return () => server.stop()
}
