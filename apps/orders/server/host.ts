// The orders of this process: where they are kept, and who handles what they put out.

import { join } from 'node:path'
import type { RunStore } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { processHost } from '@xmachines/http/next'
import { hosted, openHost } from '@xmachines/http/server'
import { createTables, postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { order } from '../order/order.ts'
import { effects } from './effects.ts'
import { type People, peopleInFolder, peopleInPostgres } from './people.ts'
import { addSamples } from './samples.ts'
import { settings } from './settings.ts'

/** Where this shop keeps things, as its pages say it. */
export const repositoryFolder = (): string => join(settings().folder, 'orders.git')

async function openStore(): Promise<{ store: RunStore; people: People }> {
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

let kept: Promise<People> | undefined

export const host = processHost(async () => {
  const { worldUrl, hasSamples } = settings()
  const { store, people } = await openStore()
  kept = Promise.resolve(people)
  const opened = openHost(store, [hosted(order, { outputs: effects(worldUrl, people) })])
  if (hasSamples) await addSamples(opened, store, people)
  return opened
})
