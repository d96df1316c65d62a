// A thousand who follow one run: what each costs in memory, and how long it takes until all have the next snapshot, beside a server
// that writes the same bytes.

import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import { memoryStore } from '@xmachines/core/store'
import { serveNode } from '@xmachines/http/node'
import { createHandler, openHost } from '@xmachines/http/server'
import type { Timing } from '../harness.ts'
import { settle } from '../heap.ts'
import { playInTurns, type Scene } from '../rounds.ts'
import { alone, beside, type Line } from '../verdict.ts'
import { counter } from './counter.ts'
import { ask, openBareEvents } from './servers.ts'

const SUBSCRIBERS = 1000
const MOST_BYTES = 8192
const rounds = { counted: 15, warm: 3 }

interface Followers {
  /** Resolves with the milliseconds until all but one in a hundred have got something after an act. */
  until(act: () => Promise<unknown> | void): Promise<number>
  end(): void
}

/** The rows. */
export async function subscribersRow(): Promise<Line[]> {
  const host = openHost(memoryStore(), [counter])
  const handler = createHandler(host)
  const server = serveNode(handler)
  server.keepAliveTimeout = 600_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const { run } = JSON.parse(await ask(port, 'POST', '/m/counter@1')) as { run: string }
  const bare = await openBareEvents()
  const frame = `id: 0000000000000001-${run}\nevent: snapshot\ndata:${await ask(port, 'GET', `/r/${run}`)}\n\n`

  const bytes = await heapOf(() => follow(port, `/r/${run}`))
  const bareBytes = await heapOf(() => follow(bare.port, '/'))

  const ours = await follow(port, `/r/${run}`)
  const theirs = await follow(bare.port, '/')
  const scenes: Scene<'all'>[] = [
    {
      name: `${SUBSCRIBERS} follow a run`,
      play: async () => ({
        all: await ours.until(() => ask(port, 'PATCH', `/r/${run}`, JSON.stringify({ type: 'INC', by: 1 }))),
      }),
    },
    { name: `${SUBSCRIBERS} bare frames`, play: async () => ({ all: await theirs.until(() => bare.tell(frame)) }) },
  ]
  const { all } = await playInTurns(scenes, rounds)
  ours.end()
  theirs.end()
  server.closeAllConnections()
  server.close()
  await bare.end()
  await host.close()
  const [own, peer] = all as [Timing, Timing]
  const names = {
    ours: { name: 'heap of one that follows', value: bytes },
    peer: { name: 'of one bare', value: bareBytes },
  }
  return [
    beside('subscribers, until 99 of 100 have it', own, peer, { of: 'time', limit: 3 }),
    // Both have the connections of this process in it.
    alone(
      'subscribers, heap beyond a bare one',
      'bytes',
      { ...names.ours, value: bytes - bareBytes },
      names.peer,
      MOST_BYTES,
      '8 KiB',
    ),
  ]
}

/** The heap of one of many. */
async function heapOf(open: () => Promise<Followers>): Promise<number> {
  await settle()
  const before = process.memoryUsage().heapUsed
  const followers = await open()
  await settle()
  const bytes = (process.memoryUsage().heapUsed - before) / SUBSCRIBERS
  followers.end()
  return bytes
}

/** Opens connections that follow, and waits until each has its headers. */
async function follow(port: number, path: string): Promise<Followers> {
  let heard: () => void = () => undefined
  const sockets: Socket[] = []
  for (let count = 0; count < SUBSCRIBERS; count++) {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    // It is closed in the end.
    socket.on('error', () => undefined)
    await new Promise<void>((resolve) => {
      socket.once('data', () => resolve())
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`)
    })
    socket.on('data', () => heard())
  }
  return {
    until(act) {
      const begin = performance.now()
      let left = Math.floor(SUBSCRIBERS * 0.99)
      return new Promise((resolve) => {
        heard = () => {
          left -= 1
          if (left === 0) resolve(performance.now() - begin)
        }
        void act()
      })
    },
    end() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
