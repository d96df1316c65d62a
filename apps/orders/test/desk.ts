// A shop for a test: a server of the built app, its world, and folders of its own.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inject, onTestFinished } from 'vitest'
import { type Conduct, type World, worldServer } from '../world/server.ts'

export interface Desk {
  readonly url: string
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
  const app = inject('builtApp')
  const worldUrl = `http://127.0.0.1:${worldPort}`
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const env = {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ORDERS_FOLDER: folder,
      WORLD_URL: worldUrl,
      SAMPLE_ORDERS: options.samples === true ? 'yes' : 'no',
      ...(options.databaseUrl !== undefined && { DATABASE_URL: options.databaseUrl }),
    }
    const args = [
      join(app, 'node_modules/next/dist/bin/next'),
      'start',
      '--port',
      String(port),
      '--hostname',
      '127.0.0.1',
      // Longer than a test. A busy machine may else send a request while the server closes the idle connection.
      '--keepAliveTimeout',
      '120000',
    ]
    const child = spawn(process.execPath, args, { cwd: app, env })
    server = child
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)))
    while (
      !(await fetch(`${url}/api/openapi.json`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (child.exitCode !== null) throw new Error(`The server has ended:\n${printed}`)
      await pause(100)
    }
  }

  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }

  onTestFinished(kill)
  await start()
  return {
    url,
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
