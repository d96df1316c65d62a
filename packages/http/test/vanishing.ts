// Connections that come and go in every way that a client can vanish, and what is left of them at the server.

import { type AsyncHook, createHook } from 'node:async_hooks'
import { getEventListeners, once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { memoryStore, type RunStore } from '@xmachines/core/store'
import { serveNode } from '@xmachines/http/node'
import { createHandler, openHost } from '@xmachines/http/server'
import { till } from './machines.ts'

/** What is left once all connections are gone. Each is 0 if nothing is. */
export interface Left {
  readonly subscribers: number
  readonly connections: number
  /** Listeners on the signals of requests and of the host. */
  readonly listeners: number
  /** Requests and bodies of answers that are still in memory. */
  readonly objects: number
  /** Runs that are open although nobody uses them any more. */
  readonly open: number
  /** Streams that follow the store. */
  readonly followers: number
  /** Timers, once the server is closed. */
  readonly timers: number
}

export const NOTHING: Left = {
  subscribers: 0,
  connections: 0,
  open: 0,
  followers: 0,
  listeners: 0,
  objects: 0,
  timers: 0,
}

/** What was seen while connections came and went. */
export interface Vanished {
  readonly left: Left
  /** The most streams that were open at a time. */
  readonly most: number
}

/** How many come at a time. */
const AT_ONCE = 100
/** Milliseconds after which what is left is taken for a leak. */
const PATIENCE = 30_000

/** A client that connects, and goes when `leave` is called. It may be gone before. */
type Client = (port: number, id: string) => Promise<{ leave(): void }>

/** The ways to vanish. */
const clients: readonly Client[] = [
  // It reads a little and breaks off.
  async (port, id) => breakOff(await afterFirst(port, streamOf(`/r/${id}`))),
  async (port, id) => breakOff(await afterFirst(port, streamOf(`/r/${id}/history?offset=-1&live=sse`))),
  // It reads a little, then nothing, and resets the connection.
  async (port, id) => {
    const socket = await afterFirst(port, streamOf(`/r/${id}`))
    socket.pause()
    return { leave: () => void socket.resetAndDestroy() }
  },
  // It closes its own half alone.
  async (port, id) => endHalf(await afterFirst(port, streamOf(`/r/${id}`))),
  async (port, id) => endHalf(await afterFirst(port, streamOf(`/r/${id}/history?offset=-1&live=sse`))),
  // It is gone before there is an answer.
  async (port, id) => breakOff(await sent(port, streamOf(`/r/${id}`))),
  async (port, id) => gone(await sent(port, streamOf(`/r/${id}/history?offset=-1&live=sse`))),
  async (port, id) => endHalf(await sent(port, streamOf(`/r/${id}`))),
  // It waits with a long poll.
  async (port, id) => breakOff(await sent(port, streamOf(`/r/${id}/history?offset=now&live=long-poll`))),
  // It sends half of a head, half of a body, or nothing at all.
  async (port, id) => breakOff(await sent(port, streamOf(`/r/${id}`).slice(0, 40))),
  async (port, id) =>
    breakOff(
      await sent(
        port,
        `PATCH /r/${id} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"type"`,
      ),
    ),
  async (port) => gone(await sent(port, '')),
]

/** Opens so many connections and leaves each of them. */
export async function vanish(connections: number): Promise<Vanished> {
  const timers = countTimers()
  const follows = countFollowers(memoryStore())
  const host = openHost(follows.store, [till], { idleMs: 1 })
  const handler = createHandler(host)
  const signals = new Set<WeakRef<AbortSignal>>()
  const objects = new Set<WeakRef<object>>()
  const server = serveNode(async (request) => {
    const response = await handler(request)
    signals.add(new WeakRef(request.signal))
    objects.add(new WeakRef(request))
    if (response.body !== null) objects.add(new WeakRef(response.body))
    return response
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const created = await handler(new Request('http://localhost/m/till@1', { method: 'POST' }))
  const { run } = (await created.json()) as { readonly run: string }
  // The run outlives those who follow it, so it would keep what they leave.
  const held = await host.hold(run)

  let most = 0
  for (let count = 0; count < connections; count += AT_ONCE) {
    const leaving = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, at) => (clients[at % clients.length] as Client)(port, run)),
    )
    most = Math.max(most, handler.subscribers)
    for (const { leave } of leaving) leave()
  }

  const connected = await untilNothing(async () => ({
    subscribers: handler.subscribers,
    connections: await new Promise<number>((resolve) => server.getConnections((_error, open) => resolve(open))),
    listeners: [...signals].reduce((sum, ref) => sum + listenersOf(ref.deref()), 0) + listenersOf(host.closing),
    objects: [...objects].filter((ref) => ref.deref() !== undefined).length,
  }))
  held.release()
  const opened = await untilNothing(async () => ({ open: host.open, followers: follows.count }))
  server.close()
  await host.close()
  const started = await untilNothing(async () => ({ timers: timers.count }))
  timers.stop()
  return { left: { ...connected, ...opened, ...started }, most }
}

function listenersOf(signal: AbortSignal | undefined): number {
  return signal === undefined ? 0 : getEventListeners(signal, 'abort').length
}

/** The counts once all of them are 0, or after a long time. */
async function untilNothing<Counts extends object>(count: () => Promise<Counts>): Promise<Counts> {
  const patience = Date.now() + PATIENCE
  for (let turn = 0; ; turn++) {
    // What is collected, and what a timer does, needs turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    if (turn % 50 === 0) collectGarbage()
    const counts = await count()
    if (Date.now() > patience || Object.values(counts).every((value) => value === 0)) return counts
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}

/** A store that counts the streams that follow it. */
function countFollowers(store: RunStore): { readonly store: RunStore; readonly count: number } {
  let count = 0
  return {
    get count() {
      return count
    },
    store: {
      ...store,
      follow(id, options) {
        count += 1
        const reader = store.follow(id, options).getReader()
        return new ReadableStream({
          async pull(controller) {
            const { done, value } = await reader.read()
            if (!done) return controller.enqueue(value)
            count -= 1
            controller.close()
          },
          async cancel(reason) {
            count -= 1
            await reader.cancel(reason)
          },
        })
      },
    },
  }
}

/** Counts the timers that are started from now on, those that keep no process running included. */
function countTimers(): { readonly count: number; stop(): void } {
  const alive = new Set<number>()
  const hook: AsyncHook = createHook({
    init(id, type) {
      if (type === 'Timeout') alive.add(id)
    },
    destroy: (id) => void alive.delete(id),
  }).enable()
  return {
    get count() {
      return alive.size
    },
    stop: () => void hook.disable(),
  }
}

function streamOf(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`
}

/** A connection that has sent something. */
async function sent(port: number, text: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  // It breaks off on purpose.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  await new Promise<void>((resolve) => void socket.write(text, () => resolve()))
  return socket
}

/** The same once something came back. */
async function afterFirst(port: number, text: string): Promise<Socket> {
  const socket = await sent(port, text)
  await once(socket, 'data')
  return socket
}

function breakOff(socket: Socket): { leave(): void } {
  return { leave: () => void socket.destroy() }
}

function endHalf(socket: Socket): { leave(): void } {
  socket.resume()
  return { leave: () => void socket.end() }
}

function gone(socket: Socket): { leave(): void } {
  socket.destroy()
  return { leave: () => undefined }
}
