// Which pages of other origins may use the server (https://fetch.spec.whatwg.org/#http-cors-protocol).

import type { BareRequest } from '../wire/bare.ts'
import {
  CURSOR,
  IDEMPOTENCY_KEY,
  KNOWN_SEQUENCE,
  NEXT_OFFSET,
  REPLAYED,
  STREAM_CLOSED,
  UP_TO_DATE,
} from '../wire/headers.ts'

/** The origins whose pages may use the server: a list, a function, or `*` for any, without cookies. */
export type Origins = '*' | readonly string[] | ((origin: string) => boolean)

const ALLOWED = [
  'accept',
  'authorization',
  'content-type',
  'if-match',
  'if-none-match',
  'last-event-id',
  IDEMPOTENCY_KEY,
  KNOWN_SEQUENCE,
]
const EXPOSED = [
  'allow',
  'accept-patch',
  'etag',
  'location',
  'retry-after',
  REPLAYED,
  NEXT_OFFSET,
  UP_TO_DATE,
  STREAM_CLOSED,
  CURSOR,
]

/** Whether a page of this origin may use the server. */
function isAllowed(origins: Origins | undefined, origin: string): boolean {
  if (origins === undefined) return false
  if (origins === '*') return true
  return typeof origins === 'function' ? origins(origin) : origins.includes(origin)
}

/** The headers that let a page of another origin read an answer. */
export function corsHeaders(request: BareRequest, origins: Origins | undefined): Record<string, string> {
  const origin = request.headers.get('origin')
  if (origins === undefined || origin === null || !isAllowed(origins, origin)) return {}
  const exposed = { 'access-control-expose-headers': EXPOSED.join(', ') }
  if (origins === '*') return { 'access-control-allow-origin': '*', ...exposed }
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', ...exposed }
}

/** The headers that answer a preflight request. */
export function preflightHeaders(request: BareRequest, methods: string): Record<string, string> {
  if (!request.headers.has('access-control-request-method')) return {}
  return {
    'access-control-allow-methods': methods,
    'access-control-allow-headers': ALLOWED.join(', '),
    'access-control-max-age': '7200',
  }
}

/** Whether a browser says that a page, which may not use the server, sends the request. */
export function isForeign(request: BareRequest, origins: Origins | undefined): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== 'cross-site' && site !== 'same-site') return false
  return !isAllowed(origins, request.headers.get('origin') ?? 'null')
}
