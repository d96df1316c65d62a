// Finds a port for a server that another process starts, or that goes away and comes back.

import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * From the first to the one before the last. By default, systems give none of these to a connection or a server that asks for
 * any port, so none is taken between two starts of a server.
 */
const [FIRST, LAST] = [20_000, 32_000]
/** How many ports are tried. */
const TRIES = 100

/**
 * Finds a port on which nothing listens.
 *
 * @returns the port
 * @throws {Error} if all that were tried are taken
 */
export async function portForServer(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, LAST)
    if (await isFree(port)) return port
  }
  throw new Error(`Each of ${TRIES} ports from ${FIRST} to ${LAST} is taken: end the servers that use them`)
}

/** Whether nothing listens on a port of this machine's loopback interface. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
