// A shop for a test: a server of the built app, its world, and folders of its own.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { type Conduct, type World, worldServer } from '../world/server.ts'
import { serveApp } from './serve-app.ts'

export interface Desk {
  readonly url: string
  readonly port: number
  readonly folder: string
  /** What was done outside of the shop. */
  world(): Promise<World>
  /** Says how the payment provider behaves. */
  behave(conduct: Partial<Conduct>): Promise<void>
  /** Another server on the same store. */
  another(): Promise<Desk>
  /** Ends the server without a word. */
  kill(): Promise<void>
  /** Starts it again, at the same address. */
  start(): Promise<void>
}

export interface DeskOptions {
  readonly databaseUrl?: string
  /** A folder that has orders already. It is deleted after the test. */
  readonly folder?: string
  readonly samples?: boolean
  /** Milliseconds for which the shop waits for a payment. */
  readonly patience?: number
}

/** Opens a shop. It ends with the test. */
export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const { folder = mkdtempSync(join(tmpdir(), 'xmachines-desk-')) } = options
  const world = worldServer(join(folder, 'world.jsonl')).listen(0, '127.0.0.1')
  await once(world, 'listening')
  onTestFinished(() => {
    world.close()
    world.closeAllConnections()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return await serve(folder, (world.address() as AddressInfo).port, options)
}

async function serve(folder: string, worldPort: number, options: DeskOptions): Promise<Desk> {
  const worldUrl = `http://127.0.0.1:${worldPort}`
  // A busy machine is no provider that does not answer.
  const { databaseUrl, samples = false, patience = 120_000 } = options
  const settings = {
    ORDERS_FOLDER: folder,
    WORLD_URL: worldUrl,
    SAMPLE_ORDERS: samples ? 'yes' : 'no',
    PAYMENT_PATIENCE: String(patience),
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  }
  const { url, port, start, kill } = await serveApp({ app: inject('builtApp'), settings })
  onTestFinished(kill)
  return {
    url,
    port,
    folder,
    start,
    kill,
    another: () => serve(folder, worldPort, options),
    world: async () => (await (await fetch(worldUrl)).json()) as World,
    async behave(conduct) {
      await fetch(`${worldUrl}/conduct`, { method: 'PUT', body: JSON.stringify(conduct) })
    },
  }
}
