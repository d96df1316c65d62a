// The shop of this process: where orders are kept, and who handles what they put out.

import { join } from 'node:path'
import { openRepository } from '@xmachines/git'
import { oncePerProcess } from '@xmachines/http/next'
import { hosted, openHost } from '@xmachines/http/server'
import { createTables, postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { order, summaryOf } from '../order/order.ts'
import { effects } from './effects.ts'
import { peopleInFolder, peopleInPostgres } from './people.ts'
import { addSamples } from './samples.ts'
import { settings } from './settings.ts'

export const repositoryFolder = (): string => join(settings().folder, 'orders.git')

async function openStore() {
  const { databaseUrl, folder } = settings()
  if (databaseUrl === undefined) {
    const { store } = await openRepository(repositoryFolder(), { create: true })
    return { store, people: peopleInFolder(join(folder, 'people')) }
  }
  const pool = new pg.Pool({ connectionString: databaseUrl })
  pool.on('error', ({ message }) => console.error(`a connection to Postgres has ended: ${message}`))
  await createTables(pool)
  return { store: postgresStore(pool), people: await peopleInPostgres(pool) }
}

export const shop = oncePerProcess(
  async () => {
    const { worldUrl, patience, hasSamples } = settings()
    const { store, people } = await openStore()
    const host = openHost(store, [hosted(order, { outputs: effects(worldUrl, people, patience), summary: summaryOf })])
    if (hasSamples) await addSamples(host, store, people)
    return { host, people }
  },
  { name: 'shop', close: ({ host }) => host.close() },
)
