/** `connectRun` with the platform's own fetch, to a server of Node that goes away and comes back. */
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { memoryStore } from '@xmachines/core/store'
import { fetchRun } from '@xmachines/http'
import { serveNode } from '@xmachines/http/node'
import { createHandler, type Host, openHost } from '@xmachines/http/server'
import { expect, onTestFinished, test } from 'vitest'
import { portForServer } from '../../../scripts/port-for-server.ts'
import { paid, till } from './machines.ts'

interface Site {
  readonly server: Server
  readonly host: Host
  readonly port: number
  kill(): Promise<void>
}

async function start(store: ReturnType<typeof memoryStore>, port: number): Promise<Site> {
  const host = openHost(store, [till])
  const server = serveNode(createHandler(host))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  async function kill(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
    await host.close()
  }
  return { server, host, port: (server.address() as AddressInfo).port, kill }
}

test('two clients see each other, and what was sent while the server was away is there afterwards', async () => {
  const store = memoryStore()
  const before = await start(store, await portForServer())
  const { snapshot } = await before.host.create(till)
  const url = `http://127.0.0.1:${before.port}/r/${snapshot.run}`
  const [one, other] = [await fetchRun(url, till), await fetchRun(url, till)]
  for (const run of [one, other]) {
    onTestFinished(run.close)
    onTestFinished(run.snapshot.subscribe(() => undefined))
  }
  one.in.send(paid(1))
  await expect.poll(() => other.state.cents).toBe(1)
  await before.kill()
  await expect.poll(() => [one.connection, other.connection]).toEqual(['offline', 'offline'])
  one.in.send(paid(10))
  other.in.send([paid(100), paid(1000)])
  expect([one.state.cents, other.state.cents]).toEqual([11, 1101])
  const after = await start(store, before.port)
  onTestFinished(after.kill)
  await Promise.all([one.flush(), other.flush()])
  await expect.poll(() => [one.state.cents, other.state.cents]).toEqual([1111, 1111])
  expect((await store.head(snapshot.run))?.sequence).toBe(3)
  await expect.poll(() => [one.connection, other.connection]).toEqual(['live', 'live'])
})
