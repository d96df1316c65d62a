// An answer as Node writes it: as fast as the connection takes it. If that breaks off, the body is cancelled. What lives as long as a
// stream holds little: not the response, and not its headers.

import type { ServerResponse } from 'node:http'
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { type BareAnswer, isBare } from '../wire/bare.ts'
import { isHttp1, type Message } from './whole-request.ts'

type Reader = ReadableStreamDefaultReader<Uint8Array>
type Chunk = ReadableStreamReadResult<Uint8Array>

/** Writes an answer. */
export function writeAnswer(answer: ServerResponse, found: Response | BareAnswer, message: Message): void {
  const { status, body } = found
  const head = headOf(found, message)
  // The answer finishes only when its stream is closed.
  if ('stream' in message) message.stream.on('finish', () => endUnread(message))
  if (typeof body === 'object' && body !== null)
    writeStream(answer, body, (more) => answer.writeHead(status, [...head, ...more]))
  else if (body === null) answer.writeHead(status, head).end()
  else answer.writeHead(status, [...head, 'content-length', String(Buffer.byteLength(body))]).end(body)
}

/** Writes a body as it comes. */
function writeStream(
  answer: ServerResponse,
  body: ReadableStream<Uint8Array>,
  writeHead: (more: readonly string[]) => void,
): void {
  const reader = body.getReader()
  // Whoever reads is gone: then the body must be, too, or it would wait for ever.
  const cancel = (): void => void reader.cancel().catch(() => undefined)
  if (isGone(answer)) return cancel()
  answer.on('close', () => {
    // Over HTTP/2 what its reader has closed counts as finished, so it must have been ended here.
    if (!answer.writableEnded) cancel()
  })
  writeFirst(answer, reader, writeHead)
    .then((reading) => reading && writeOn(answer, reader, reading))
    // The body failed in the middle. A connection that breaks off tells the reader so.
    .catch(() => answer.destroy())
}

/** The headers, each name before its value. */
function headOf(found: Response | BareAnswer, message: Message): string[] {
  const head: string[] = []
  for (const [name, value] of isBare(found) ? Object.entries(found.headers) : found.headers) head.push(name, value)
  if (isHttp1(message) && isUnread(message)) head.push('connection', 'close')
  return head
}

/** Whether something is left of a body that nobody reads: it is not waited for. */
function isUnread({ complete, headers }: Message): boolean {
  return !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
}

/** Writes the head and what is there at once. Gives what is being read, unless that was all. */
async function writeFirst(
  answer: ServerResponse,
  reader: Reader,
  writeHead: (more: readonly string[]) => void,
): Promise<{ readonly next: Promise<Chunk> } | undefined> {
  const next = reader.read()
  const first = await soon(next)
  if (first === undefined || first.done) {
    writeHead([])
    if (first === undefined) answer.flushHeaders()
    return { next }
  }
  const following = reader.read()
  const second = await soon(following)
  if (second?.done === true) {
    // It is all there, so its length is known.
    writeHead(['content-length', String(first.value.byteLength)])
    answer.end(first.value)
    return undefined
  }
  writeHead([])
  await write(answer, first.value)
  return { next: following }
}

/** Writes the rest. */
async function writeOn(
  answer: ServerResponse,
  reader: Reader,
  { next }: { readonly next: Promise<Chunk> },
): Promise<void> {
  for (let read = await next; !read.done; read = await reader.read()) await write(answer, read.value)
  answer.end()
}

/** Ends a stream of HTTP/2 that was answered before its body had ended, or it would stay open. */
function endUnread({ stream, complete }: Http2ServerRequest): void {
  if (!stream.endAfterHeaders && !complete) stream.close(constants.NGHTTP2_NO_ERROR)
}

/** What is read in this turn; undefined if it takes longer. */
function soon(reading: Promise<Chunk>): Promise<Chunk | undefined> {
  return Promise.race([reading, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))])
}

/** Whether the connection, or the stream of an HTTP/2 connection, is closed. */
function isGone(answer: ServerResponse | Http2ServerResponse): boolean {
  return 'stream' in answer ? answer.stream.destroyed : answer.destroyed
}

/** Writes a chunk, and waits until there is room for the next. */
function write(answer: ServerResponse, chunk: Uint8Array): Promise<void> | undefined {
  if (answer.write(chunk) || isGone(answer)) return undefined
  return new Promise((resolve) => {
    const go = (): void => {
      answer.off('drain', go).off('close', go)
      resolve()
    }
    answer.on('drain', go).on('close', go)
  })
}
