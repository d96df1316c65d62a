// What `pnpm start` does before it starts Storybook: it looks whether the port is free.

import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { portForServer } from '../../scripts/port-for-server.ts'

const script = join(import.meta.dirname, '../../scripts/free-port.ts')

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
  })
}

function run(port: number): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, String(port)], (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stderr }),
    )
  })
}

test('a second start says which process holds the port', async () => {
  const server = await listen()
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { code, stderr } = await run(port)
  expect(code).toBe(1)
  expect(stderr).toContain(`Port ${port} is taken by `)
  expect(stderr).toMatch(new RegExp(`process ${process.pid} \\(.+\\)\\. Stop it|another process, which this system`))
})

test('a start on a free port says nothing', async () => {
  expect(await run(await portForServer())).toEqual({ code: 0, stderr: '' })
})
