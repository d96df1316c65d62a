// Bodies of requests: read within a limit, and parsed.

import type { BareRequest } from '../wire/bare.ts'
import { JSON_TYPE, NDJSON_TYPE } from '../wire/media-types.ts'
import { HttpProblem } from './http-problem.ts'

/** What the body of a request may be. */
export interface BodyRules {
  /** How many bytes it may have. */
  readonly bytes: number
  /** The media types that it may have. */
  readonly types: readonly string[]
}

/** The body of a request, as text. */
export interface ReadBody {
  /** Undefined if there is no body, and none is said. */
  readonly type: string | undefined
  readonly text: string
}

/**
 * Reads the body of a request.
 * @throws {HttpProblem} `UNSUPPORTED_MEDIA_TYPE`, `TOO_LARGE`, or `INVALID_REQUEST` if it is not UTF-8
 */
export async function readBody(request: BareRequest, { bytes, types }: BodyRules): Promise<ReadBody> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') {
    throw unsupported(`the body is encoded as ${encoding.slice(0, 60)}; send it as it is`, types)
  }
  const type = mediaType(request, types)
  if (type !== undefined && !types.includes(type)) throw wrongType(type, types)
  if (Number(request.headers.get('content-length') ?? 0) > bytes) throw tooLarge(bytes)
  const text = await readText(request, bytes)
  if (text !== '' && type === undefined) throw wrongType('not said', types)
  return { type, text }
}

function mediaType(request: BareRequest, types: readonly string[]): string | undefined {
  const given = request.headers.get('content-type')
  if (given === null) return undefined
  const [type = '', ...parameters] = given.toLowerCase().split(';')
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='))
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw unsupported(`the body has the ${charset.slice(0, 60)}; send UTF-8`, types)
  }
  return type.trim()
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

async function readText(request: BareRequest, most: number): Promise<string> {
  let bytes: Uint8Array | undefined
  try {
    bytes = await (request.readBytes === undefined ? bytesOf(request, most) : request.readBytes(most))
  } catch {
    throw invalid('the body broke off before its end; send it again')
  }
  if (bytes === undefined) throw tooLarge(most)
  try {
    return decoder.decode(bytes)
  } catch {
    throw invalid('the body is not UTF-8; encode it so')
  }
}

/** The bytes of a body; undefined if there are more than so many. */
async function bytesOf({ body }: BareRequest, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = body?.getReader()
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    length += read.value.byteLength
    if (length > most) {
      // The rest is not read.
      await reader?.cancel().catch(() => undefined)
      return undefined
    }
    chunks.push(read.value)
  }
  return joined(chunks, length)
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks
  if (first !== undefined && chunks.length === 1) return first
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}

/** A JSON value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (problem) {
    throw invalid(`the body is not JSON: ${(problem as Error).message.slice(0, 200)}`)
  }
}

/**
 * The events of a body: one as JSON, or a batch as NDJSON.
 * @throws {HttpProblem} `INVALID_REQUEST` if it has none, `TOO_LARGE` if it has too many
 */
export function parseEvents({ type, text }: ReadBody, most: number): unknown[] {
  if (text.trim() === '') throw invalid('the body has no event; send one as JSON, or a batch with one a line as NDJSON')
  if (type === JSON_TYPE) {
    const event = parseJson(text)
    if (!Array.isArray(event)) return [event]
    throw invalid(`the body is an array; send a batch with one event a line, as ${NDJSON_TYPE}`)
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length > most) {
    throw new HttpProblem(
      'TOO_LARGE',
      `the batch has ${lines.length} events, and may have ${most}; send several batches`,
    )
  }
  return lines.map((line, at) => {
    try {
      return JSON.parse(line) as unknown
    } catch (problem) {
      throw invalid(`line ${at + 1} of the body is not JSON: ${(problem as Error).message.slice(0, 200)}`)
    }
  })
}

function invalid(message: string): HttpProblem {
  return new HttpProblem('INVALID_REQUEST', message)
}

function tooLarge(bytes: number): HttpProblem {
  return new HttpProblem('TOO_LARGE', `the body has more than ${bytes} bytes; send less at a time`)
}

function wrongType(type: string, types: readonly string[]): HttpProblem {
  return unsupported(`the media type of the body is ${type.slice(0, 100)}; send ${types.join(' or ')}`, types)
}

function unsupported(message: string, types: readonly string[]): HttpProblem {
  const headers = types.includes(NDJSON_TYPE) ? { 'accept-patch': types.join(', ') } : {}
  return new HttpProblem('UNSUPPORTED_MEDIA_TYPE', message, headers)
}
