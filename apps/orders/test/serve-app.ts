// A server of the built app, as a process of its own: for tests and benchmarks.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { portForServer } from '../../../scripts/port-for-server.ts'

/** What is served, and how. */
export interface ServePlan {
  /** The folder of the app that is built. */
  readonly app: string
  /** Its settings, as variables of the environment. */
  readonly settings: Readonly<Record<string, string>>
  /** A module for the process, which also gets a channel to this one and a function that collects garbage. */
  readonly preload?: string
}

export interface AppServer {
  readonly url: string
  readonly port: number
  /** The process that runs at the moment. */
  readonly process: ChildProcess | undefined
  /** Ends it without a word. */
  kill(): Promise<void>
  /** Starts it again, at the same address. */
  start(): Promise<void>
}

/** Starts a server, at a port that is free. */
export async function serveApp({ app, settings, preload }: ServePlan): Promise<AppServer> {
  const port = await portForServer()
  const url = `http://127.0.0.1:${port}`
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...settings }
    const args = [
      ...(preload === undefined ? [] : ['--expose-gc', '--import', preload]),
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
    const child = spawn(process.execPath, args, { cwd: app, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    server = child
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += String(chunk)))
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

  await start()
  return {
    url,
    port,
    get process() {
      return server
    },
    kill,
    start,
  }
}
