// A proxy before a server that cuts connections at random: before a piece of the request or the answer has passed, in the middle of
// it, or after it.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy that listens. */
export interface CuttingProxy {
  readonly port: number
  /** How many connections were cut, by the place of the cut. */
  readonly cuts: Readonly<Record<Cut, number>>
  close(): void
}

/** Whether a piece of the request or of the answer was cut, and how much of it had passed. */
export type Cut = `${'request' | 'answer'} ${(typeof PASSED)[number]}`

const PASSED = ['before', 'within', 'after'] as const

/**
 * Opens a proxy.
 * @param target the port of the server
 * @param share how many of all pieces are cut, from 0 to 1
 */
export async function openCuttingProxy(target: number, share: number): Promise<CuttingProxy> {
  const cuts = {
    'request before': 0,
    'request within': 0,
    'request after': 0,
    'answer before': 0,
    'answer within': 0,
    'answer after': 0,
  }
  const sockets = new Set<Socket>()

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    const both = [client, upstream]
    const end = (): void => {
      for (const socket of both) {
        sockets.delete(socket)
        socket.destroy()
      }
    }
    for (const socket of both) {
      sockets.add(socket)
      // A connection that breaks off is what this is for.
      socket.on('error', end).on('close', end)
    }
    client.on('data', (piece) => pass('request', piece, upstream))
    upstream.on('data', (piece) => pass('answer', piece, client))

    function pass(way: 'request' | 'answer', piece: Buffer, to: Socket): void {
      if (Math.random() >= share) return void to.write(piece)
      const passed = PASSED[Math.floor(Math.random() * PASSED.length)] ?? 'before'
      cuts[`${way} ${passed}`] += 1
      if (passed === 'before') return end()
      // The rest is cut once this has passed on: the client is gone, and the server has the request.
      to.end(passed === 'within' ? piece.subarray(0, Math.floor(piece.length / 2)) : piece, end)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cuts,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
