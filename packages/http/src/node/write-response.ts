// A `Response` as the answer of Node: written as fast as the connection takes it. If that breaks off, the body is cancelled.

import type { IncomingMessage, ServerResponse } from 'node:http'

type Chunk = ReadableStreamReadResult<Uint8Array>

/** Writes a response. It never rejects. */
export async function writeResponse(
  answer: ServerResponse,
  { status, headers, body }: Response,
  { message, signal }: { readonly message: IncomingMessage; readonly signal: AbortSignal },
): Promise<void> {
  const sent: Record<string, string | string[]> = Object.fromEntries(headers)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) sent['set-cookie'] = cookies
  // What is left of a body that nobody reads is not waited for.
  if (!message.complete && message.headers['transfer-encoding'] !== undefined) sent['connection'] = 'close'
  if (!message.complete && Number(message.headers['content-length'] ?? 0) > 0) sent['connection'] = 'close'
  if (body === null) {
    answer.writeHead(status, sent).end()
    return
  }
  const reader = body.getReader()
  // Whoever reads is gone: then the body must be, too, or it would wait for ever.
  const cancel = (): void => void reader.cancel().catch(() => undefined)
  if (signal.aborted) return cancel()
  signal.addEventListener('abort', cancel)
  try {
    await writeBody(answer, reader, () => answer.writeHead(status, sent))
  } catch {
    // The body failed in the middle. A connection that breaks off tells the reader so.
    answer.destroy()
  }
  signal.removeEventListener('abort', cancel)
}

async function writeBody(
  answer: ServerResponse,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  writeHead: () => void,
): Promise<void> {
  let reading = reader.read()
  const first = await soon(reading)
  if (first?.done === false) {
    reading = reader.read()
    const second = await soon(reading)
    if (second?.done === true) {
      // It is all there, so its length is known.
      answer.setHeader('content-length', first.value.byteLength)
      writeHead()
      answer.end(first.value)
      return
    }
    writeHead()
    await write(answer, first.value)
  } else {
    writeHead()
    answer.flushHeaders()
  }
  for (let read = await reading; !read.done; read = await reader.read()) await write(answer, read.value)
  answer.end()
}

/** What is read in this turn; undefined if it takes longer. */
function soon(reading: Promise<Chunk>): Promise<Chunk | undefined> {
  return Promise.race([reading, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))])
}

/** Writes a chunk, and waits until there is room for the next. */
function write(answer: ServerResponse, chunk: Uint8Array): Promise<void> | undefined {
  if (answer.write(chunk) || answer.destroyed) return undefined
  return new Promise((resolve) => {
    const go = (): void => {
      answer.off('drain', go).off('close', go)
      resolve()
    }
    answer.on('drain', go).on('close', go)
  })
}
