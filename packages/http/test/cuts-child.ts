/** A server over a Git repository or over Postgres, until it is killed. It prints its port. */
import type { AddressInfo } from 'node:net'
import { serveNode } from '@xmachines/http/node'
import { createHandler, openHost } from '@xmachines/http/server'
import { till } from './machines.ts'
import { KEPT, PATIENT } from './patient.ts'
import { type Kind, openAt } from './places.ts'

const [kind, where = ''] = process.argv.slice(2)
// The program that starts this one says which.
const { store } = await openAt(kind as Kind, where)
const server = serveNode(createHandler(openHost(store, [till]), PATIENT))
server.keepAliveTimeout = KEPT
server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`))
