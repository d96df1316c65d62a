// The memory of a server after many page loads. A load is the document and the stream that its page follows, as long as it is open.

import { once } from 'node:events'
import type { AppServer } from '../test/serve-app.ts'

/** Bytes, after garbage was collected. */
export interface Memory {
  readonly loads: number
  /** What the process takes. */
  readonly rss: number
  readonly heap: number
}

/** How many browsers load at once. */
const BROWSERS = 4

/** @param loads after how many loads the memory is read */
export async function measureMemory(
  server: AppServer,
  paths: readonly string[],
  loads: readonly number[],
): Promise<Memory[]> {
  const found = [await read(server, 0)]
  let done = 0
  for (const until of loads) {
    await Promise.all(
      Array.from({ length: BROWSERS }, async () => {
        while (done < until) await load(server.url, paths[done++ % paths.length] ?? '/')
      }),
    )
    found.push(await read(server, until))
  }
  return found
}

async function read({ process: child }: AppServer, loads: number): Promise<Memory> {
  if (child === undefined) throw new Error('The server does not run')
  child.send('memory')
  const [{ rss, heapUsed }] = (await once(child, 'message')) as [NodeJS.MemoryUsage]
  return { loads, rss, heap: heapUsed }
}

async function load(url: string, path: string): Promise<void> {
  const cookie = 'staff=Ines'
  const response = await fetch(url + path, { headers: { cookie } })
  await response.text()
  const leaving = new AbortController()
  const stream = streamOf(path)
  if (stream === undefined) return
  const headers = { cookie, accept: 'text/event-stream' }
  const { body } = await fetch(url + stream, { headers, signal: leaving.signal })
  await body?.getReader().read()
  leaving.abort()
}

/** What the page follows. */
function streamOf(path: string): string | undefined {
  if (path === '/staff') return '/api/r?machine=order'
  return path.startsWith('/orders/') ? `/api/r/${path.slice('/orders/'.length)}/history?live=sse` : undefined
}
