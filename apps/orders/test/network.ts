// The network between a browser and a shop. It can be cut: open connections break off, and no other begins.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Network {
  /** Where the browser finds the shop. */
  readonly url: string
  cut(): void
  /** Cuts once a request with this method has passed, so that its answer does not. */
  cutBehind(method: string): void
  mend(): void
}

/** @param target the port of the shop */
export async function openNetwork(target: number): Promise<Network> {
  const sockets = new Set<Socket>()
  let isCut = false
  let last: string | undefined

  function cut(): void {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }

  const server = createServer((browser) => {
    if (isCut) return void browser.destroy()
    const shop = connect(target, '127.0.0.1')
    const both = [browser, shop]
    for (const socket of both) {
      sockets.add(socket)
      // A connection that breaks off is what this is for.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        for (const other of both) other.destroy()
      })
    }
    let isLast = false
    browser.on('data', (piece) => {
      isLast ||= last !== undefined && piece.toString('latin1').startsWith(`${last} `)
      shop.write(piece)
    })
    shop.on('data', (piece) => {
      if (isLast) cut()
      else browser.write(piece)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    cut()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    cutBehind(method) {
      last = method
    },
    mend() {
      last = undefined
      isCut = false
    },
  }
}
