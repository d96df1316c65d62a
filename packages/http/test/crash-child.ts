/** A server over a Git repository, until it is killed. It prints its port, and the key of each output that it handles. */
import type { AddressInfo } from 'node:net'
import { openRepository } from '@xmachines/git'
import { serveNode } from '@xmachines/http/node'
import { createHandler, hosted, openHost } from '@xmachines/http/server'
import { portForServer } from '../../../scripts/port-for-server.ts'
import { order } from './machines.ts'
import { KEPT, PATIENT } from './patient.ts'

const [directory = ''] = process.argv.slice(2)
const repository = await openRepository(directory)
const charging = hosted(order, {
  outputs: {
    charge: async (_output, { key }) => {
      process.stdout.write(`handled ${key}\n`)
      // An effect takes a moment, in which the server may be killed.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
      return { type: 'PAID', by: key }
    },
  },
})
const host = openHost(repository.store, [charging], { ttl: 500, resumeMs: 100 })
const server = serveNode(createHandler(host, PATIENT))
server.keepAliveTimeout = KEPT
// Whoever still asks this server after its death must not find another one.
server.listen(await portForServer(), '127.0.0.1', () =>
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`),
)
