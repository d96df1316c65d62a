/** Starts a server of Node for a test, and ends it after the test. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { KEPT } from './patient.ts'

/** Listens on any port. Gives the address. */
export async function listen(server: Server): Promise<string> {
  server.keepAliveTimeout = KEPT
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
