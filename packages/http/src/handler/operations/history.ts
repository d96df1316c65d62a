// The history of a run, by the Durable Streams protocol for reading (https://github.com/durable-streams/durable-streams): one record
// is one message. An offset names a record and its oid, so one of another history is noticed.

import type { HeldRun } from '../../host/host.ts'
import { type BareAnswer, bareAnswer } from '../../wire/bare.ts'
import { CURSOR, NEXT_OFFSET, STREAM_CLOSED, UP_TO_DATE } from '../../wire/headers.ts'
import { JSON_TYPE, NDJSON_TYPE, SSE_TYPE } from '../../wire/media-types.ts'
import { decodeOffset, encodeOffset, NOW, START } from '../../wire/offset.ts'
import { isKnown } from '../conditional.ts'
import { HttpProblem } from '../http-problem.ts'
import { negotiate } from '../negotiate.ts'
import type { Call, Operation } from '../operation.ts'
import { nextCursor } from '../streams/cursor.ts'
import { streamSignal } from '../streams/followed-stream.ts'
import type { RecordPage } from '../streams/record-pages.ts'
import { endOf, type RecordPlace, recordStream } from '../streams/record-stream.ts'
import { untilChanged } from '../streams/until-changed.ts'

/** Reads a history. */
export const readHistory: Operation = {
  action: 'read',
  summary: 'The records of a run after an offset; with live, also those that are still to come.',
  gives: { 200: [JSON_TYPE, NDJSON_TYPE, SSE_TYPE], 204: [], 304: [] },
  problems: ['SUCCEEDED', 'INVALID_REQUEST', 'NOT_FOUND', 'NOT_ACCEPTABLE', 'OFFSET_MISMATCH', 'BUSY', 'UNAVAILABLE'],
  query: {
    offset: 'where to begin: an offset of an earlier answer; -1, the beginning, unless given; or now',
    live: 'long-poll or sse: to wait for what is still to come',
    cursor: 'the Stream-Cursor of the answer before',
  },
  headers: { 'If-None-Match': 'the ETag of an earlier answer' },
  async respond(call) {
    const { request } = call
    const query = queryOf(call.url)
    const type = query.live === 'sse' ? JSON_TYPE : negotiate(request, [JSON_TYPE, NDJSON_TYPE])
    const run = await call.hold()
    if (request.method === 'HEAD') return showEnd(run, type)
    const place = await placeOf(run, query.offset)
    if (query.live === 'sse') return await follow(call, place, query.cursor)
    if (query.live === 'long-poll') return await poll(call, run, place, { ...query, type })
    return query.offset === NOW ? showNothing(run, place, type) : await show(call, run, place, type)
  },
}

interface Query {
  readonly offset: string
  readonly live: 'long-poll' | 'sse' | undefined
  readonly cursor: string | null
}

function queryOf({ searchParams }: URL): Query {
  const offsets = searchParams.getAll('offset')
  const [offset = START] = offsets
  const live = searchParams.get('live')
  if (offsets.length > 1) throw invalid('offset is given more than once')
  if (live !== null && live !== 'long-poll' && live !== 'sse') throw invalid('live is neither long-poll nor sse')
  if (live !== null && offsets.length === 0) throw invalid('live needs an offset: where to begin')
  if (offset !== START && offset !== NOW && decodeOffset(offset) === undefined) {
    throw invalid('offset is not valid: give one of an earlier answer, -1 or now')
  }
  return { offset, live: live ?? undefined, cursor: searchParams.get('cursor') }
}

/**
 * Where a reader is.
 * @throws {HttpProblem} `OFFSET_MISMATCH` if the offset is one of another history
 */
async function placeOf(run: HeldRun, given: string): Promise<RecordPlace> {
  if (given === START) return { from: 0, offset: START }
  const { head, sequence } = run.latest
  if (given === NOW) return { from: sequence + 1, offset: encodeOffset({ sequence, oid: head }) }
  const offset = decodeOffset(given)
  if (offset === undefined) throw invalid('offset is missing; give one of an earlier answer, -1 or now')
  // Another server may have appended what this one has not heard of yet.
  if (offset.sequence > sequence) await run.catchUp()
  if (offset.sequence <= run.latest.sequence) {
    const [record] = await run.records(offset.sequence, 1)
    if (record?.oid === offset.oid) return { from: offset.sequence + 1, offset: given }
  }
  throw new HttpProblem(
    'OFFSET_MISMATCH',
    `the history of the run ${run.id} has no record ${offset.sequence} with the oid ${offset.oid}; ` +
      'what you have is another history: read this one from the beginning',
  )
}

function showEnd(run: HeldRun, type: string): Response {
  const { head, sequence, status } = run.latest
  const headers = {
    'content-type': type,
    'cache-control': 'no-store',
    [NEXT_OFFSET]: encodeOffset({ sequence, oid: head }),
    ...(status === 'done' && { [STREAM_CLOSED]: 'true' }),
  }
  return new Response(null, { headers })
}

/** Where a page ends, as headers say it. */
function endHeaders(run: HeldRun, { from, offset }: RecordPlace): Record<string, string> {
  const { isUpToDate, isClosed } = endOf(run, from)
  return {
    [NEXT_OFFSET]: offset,
    ...(isUpToDate && { [UP_TO_DATE]: 'true' }),
    ...(isClosed && { [STREAM_CLOSED]: 'true' }),
  }
}

async function show({ request, pages }: Call, run: HeldRun, place: RecordPlace, type: string): Promise<Response> {
  const page = await pages.read(run, place.from)
  const end = behind(place, page)
  const { isUpToDate, isClosed } = endOf(run, end.from)
  const etag = `"${place.offset}:${end.offset}${isClosed ? ':c' : ''}"`
  const headers = {
    etag,
    vary: 'Accept',
    // More may be appended to the last page. The others stay what they are.
    'cache-control': isUpToDate ? 'private, no-cache' : 'private, max-age=31536000, immutable',
    ...endHeaders(run, end),
  }
  if (isKnown(request, etag)) return new Response(null, { status: 304, headers })
  return new Response(textOf(page, type), { headers: { 'content-type': type, ...headers } })
}

function showNothing(run: HeldRun, place: RecordPlace, type: string): Response {
  const headers = { 'content-type': type, 'cache-control': 'no-store', ...endHeaders(run, place) }
  return new Response(textOf(undefined, type), { headers })
}

async function poll(
  call: Call,
  run: HeldRun,
  place: RecordPlace,
  { cursor, type }: Pick<Query, 'cursor'> & { readonly type: string },
): Promise<Response> {
  const { host, subscribers, request, limits, pages } = call
  const isNews = (): boolean => run.latest.sequence >= place.from || run.latest.status === 'done'
  if (!isNews()) {
    const wait = { run, host, subscribers, signal: request.signal, milliseconds: limits.longPollMs }
    await untilChanged(wait, isNews)
  }
  const page = await pages.read(run, place.from)
  const end = behind(place, page)
  const headers = { 'cache-control': 'no-store', [CURSOR]: nextCursor(cursor), ...endHeaders(run, end) }
  if (page === undefined) return new Response(null, { status: 204, headers })
  return new Response(textOf(page, type), { headers: { 'content-type': type, ...headers } })
}

async function follow(call: Call, place: RecordPlace, given: string | null): Promise<BareAnswer> {
  const { request, host, limits, subscribers, pages, id } = call
  // A stream has the run for itself.
  const run = await host.hold(id)
  const following = { subject: run, host, subscribers, limits, signal: streamSignal(request) }
  const headers = { 'content-type': SSE_TYPE, 'cache-control': 'no-cache, no-store', 'x-accel-buffering': 'no' }
  return bareAnswer(
    200,
    headers,
    recordStream(following, pages, place, () => nextCursor(given)),
  )
}

/** The place after a page. */
function behind(place: RecordPlace, page: RecordPage | undefined): RecordPlace {
  return page === undefined ? place : { from: page.last + 1, offset: page.offset }
}

function textOf(page: RecordPage | undefined, type: string): string {
  const items = page?.items ?? []
  return type === NDJSON_TYPE ? items.map((item) => `${item}\n`).join('') : `[${items.join(',')}]`
}

function invalid(message: string): HttpProblem {
  return new HttpProblem('INVALID_REQUEST', message)
}
