// Starts the shop and the world around it: `node world/start.ts dev` or `node world/start.ts start`.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { settings } from '../server/settings.ts'
import { worldServer } from './server.ts'

const { folder, worldUrl, port } = settings()
const world = worldServer(join(folder, 'world.jsonl'))
world.on('error', ({ message }) => {
  console.error(`The world of the shop cannot listen at ${worldUrl}: ${message}. Set WORLD_URL to another address.`)
  process.exit(1)
})
world.listen(Number(new URL(worldUrl).port), '127.0.0.1', () => {
  const [command = 'dev'] = process.argv.slice(2)
  const next = spawn('next', [command, '--port', String(port)], { stdio: 'inherit' })
  // The signals of a terminal go to both.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => next.kill(signal))
  next.on('exit', (code) => process.exit(code ?? 0))
})
