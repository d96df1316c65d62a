/** A server over a Git repository or over Postgres, until it is killed. It prints its port. */
import type { AddressInfo } from 'node:net'
import type { RunStore } from '@xmachines/core/store'
import { openRepository } from '@xmachines/git'
import { serveNode } from '@xmachines/http/node'
import { createHandler, openHost } from '@xmachines/http/server'
import { postgresStore } from '@xmachines/postgres'
import pg from 'pg'
import { till } from './machines.ts'

const [kind = '', place = ''] = process.argv.slice(2)

async function openStore(): Promise<RunStore> {
  if (kind === 'git') return (await openRepository(place)).store
  return postgresStore(new pg.Pool(JSON.parse(place) as pg.PoolConfig))
}

const server = serveNode(createHandler(openHost(await openStore(), [till])))
server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`))
