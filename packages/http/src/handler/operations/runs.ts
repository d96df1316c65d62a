// A run: its latest snapshot, its snapshots as a stream, and batches that are applied to it.

import type { HeldRun } from '../../host/host.ts'
import { type BareAnswer, type BareRequest, bareAnswer } from '../../wire/bare.ts'
import { IDEMPOTENCY_KEY, KNOWN_SEQUENCE, REPLAYED } from '../../wire/headers.ts'
import { JSON_TYPE, NDJSON_TYPE, SSE_TYPE } from '../../wire/media-types.ts'
import { decodeOffset } from '../../wire/offset.ts'
import { historyPath, runPath } from '../../wire/paths.ts'
import { snapshotTag } from '../../wire/snapshot.ts'
import { parseEvents, parseJson, readBody } from '../body.ts'
import { expectedHead, isKnown } from '../conditional.ts'
import { HttpProblem } from '../http-problem.ts'
import { negotiate } from '../negotiate.ts'
import type { Call, Operation } from '../operation.ts'
import { streamSignal } from '../streams/followed-stream.ts'
import { snapshotText } from '../streams/snapshot-frames.ts'
import { snapshotStream } from '../streams/snapshot-stream.ts'
import { snapshotResponse } from './snapshot-response.ts'

/** Shows a run. */
export const readRun: Operation = {
  action: 'read',
  summary: 'The latest snapshot of a run; or, as NDJSON or server-sent events, the latest and each newer one.',
  gives: { 200: [JSON_TYPE, NDJSON_TYPE, SSE_TYPE], 304: [], 204: [] },
  problems: ['SUCCEEDED', 'NOT_FOUND', 'NOT_ACCEPTABLE', 'BUSY', 'UNAVAILABLE'],
  headers: {
    'If-None-Match': 'the ETag of an earlier answer',
    'Known-Sequence': 'a sequence that the caller has seen: the answer is not older',
    'Last-Event-ID': 'the id of the last event of a stream that broke off',
  },
  async respond(call) {
    const { request } = call
    const type = negotiate(request, [JSON_TYPE, SSE_TYPE, NDJSON_TYPE])
    const run = await call.hold()
    if ((sequenceOf(request) ?? 0) > run.latest.sequence) await run.catchUp()
    return type === JSON_TYPE ? showOnce(call, run) : await showAll(call, run, type)
  },
}

function showOnce({ request, base, id }: Call, { latest }: HeldRun): BareAnswer {
  const link = `<${base}${historyPath(id)}>; rel="version-history"`
  const headers = { 'cache-control': 'private, no-cache', vary: 'Accept', link }
  const etag = snapshotTag(latest.head, latest.status)
  if (isKnown(request, etag)) return bareAnswer(304, { etag, ...headers })
  return snapshotResponse(latest, { headers, text: snapshotText(latest) })
}

async function showAll(call: Call, run: HeldRun, type: typeof NDJSON_TYPE | typeof SSE_TYPE): Promise<BareAnswer> {
  const { request, limits } = call
  const known = decodeOffset(request.headers.get('last-event-id') ?? '')?.oid
  // By this status an `EventSource` learns not to connect again.
  if (run.latest.status === 'done' && run.latest.head === known) return bareAnswer(204, {})
  const headers = {
    'content-type': type,
    'cache-control': 'no-cache, no-store',
    vary: 'Accept',
    'x-accel-buffering': 'no',
  }
  if (request.method === 'HEAD') return bareAnswer(200, headers)
  // The stream has the run for itself.
  const { host, subscribers, id } = call
  const following = { subject: await host.hold(id), host, subscribers, limits, signal: streamSignal(request) }
  return bareAnswer(200, headers, snapshotStream(following, type, known))
}

/** Applies a batch to a run. */
export const writeRun: Operation = {
  action: 'write',
  summary: 'Applies one event, or all events of a batch or none of them, and gives the snapshot behind them.',
  takes: [JSON_TYPE, NDJSON_TYPE],
  gives: { 200: [JSON_TYPE] },
  problems: [
    'SUCCEEDED',
    'INVALID_REQUEST',
    'INVALID_EVENT',
    'NOT_FOUND',
    'NOT_ACCEPTABLE',
    'REFUSED',
    'UNHANDLED',
    'RUN_DONE',
    'KEY_EXPIRED',
    'HEAD_MOVED',
    'TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'SCHEMA_MISMATCH',
    'KEY_REUSED',
    'TRANSITION_FAILED',
    'BUSY',
    'UNAVAILABLE',
  ],
  headers: {
    'If-Match': 'the ETag of a snapshot: the batch is applied only behind it',
    'Idempotency-Key': 'names the batch: the same request again gets the first answer and applies nothing',
    'Known-Sequence': 'with a key: the sequence that the sender knew when it first sent the batch',
  },
  async respond(call) {
    const { request, limits } = call
    negotiate(request, [JSON_TYPE])
    const key = keyOf(request)
    const known = sequenceOf(request)
    const body = await readBody(request, { bytes: limits.bodyBytes, types: writeRun.takes ?? [] })
    const events = parseEvents(body, limits.events)
    const run = await call.hold()
    const { latest } = run
    const head = expectedHead(request, latest.head)
    const refused = await call.permitEvents({ action: 'write', events, snapshot: latest, expectedHead: head })
    if (refused !== undefined) return refused
    const written = await within(limits.waitMs, run.write(events, { key, known, expectedHead: head }))
    return snapshotResponse(written.snapshot, { headers: written.isRepeated ? { [REPLAYED]: 'true' } : {} })
  },
}

/** Takes the document of a run. */
export const takeRun: Operation = {
  action: 'import',
  summary: 'Keeps a run that was recorded elsewhere, or what is new of it: the document that run.toJSON() gives.',
  takes: [JSON_TYPE],
  gives: { 201: [JSON_TYPE], 200: [JSON_TYPE] },
  problems: [
    'SUCCEEDED',
    'INVALID_REQUEST',
    'DIVERGED',
    'TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'INVALID_HISTORY',
    'HISTORY_MISMATCH',
    'MACHINE_MISMATCH',
    'REPLAY_FAILED',
    'UNAVAILABLE',
  ],
  async respond(call) {
    const { request, limits, host, base } = call
    negotiate(request, [JSON_TYPE])
    const { text } = await readBody(request, { bytes: limits.documentBytes, types: [JSON_TYPE] })
    const document = parseJson(text)
    const wanted = {
      action: 'import',
      events: eventsOf(document),
      snapshot: undefined,
      expectedHead: undefined,
    } as const
    const refused = await call.permitEvents(wanted)
    if (refused !== undefined) return refused
    const { snapshot, isNew } = await host.take(document).catch((thrown: unknown) => {
      // What is no document at all, or has another object format.
      if (!(thrown instanceof TypeError || thrown instanceof RangeError)) throw thrown
      throw new HttpProblem('INVALID_REQUEST', `the body is not the document of a run: ${thrown.message}`)
    })
    const location = base + runPath(snapshot.run)
    return snapshotResponse(snapshot, { status: isNew ? 201 : 200, headers: { location } })
  },
}

/** All events of a document. What is no document has none, and is refused when it is taken. */
function eventsOf(document: unknown): unknown[] {
  const { records } = (document ?? {}) as { readonly records?: unknown }
  const found = Array.isArray(document) ? document : Array.isArray(records) ? records : []
  return found.flatMap((record: unknown) => {
    const { events } = (record ?? {}) as { readonly events?: unknown }
    return Array.isArray(events) ? (events as unknown[]) : []
  })
}

function keyOf(request: BareRequest): string | undefined {
  const key = request.headers.get(IDEMPOTENCY_KEY)
  if (key === null) return undefined
  if (/^[\x21-\x7e]{1,256}$/.test(key)) return key
  throw new HttpProblem('INVALID_REQUEST', 'Idempotency-Key must be 1 to 256 visible characters of ASCII')
}

function sequenceOf(request: BareRequest): number | undefined {
  const given = request.headers.get(KNOWN_SEQUENCE)
  if (given === null) return undefined
  if (/^\d{1,15}$/.test(given)) return Number(given)
  throw new HttpProblem('INVALID_REQUEST', 'Known-Sequence must be a whole number from 0')
}

/** What became of a write, if it is known in time. */
async function within<Result>(milliseconds: number, writing: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const detail =
        'the store did not answer in time, and whether the batch was applied is not known; send it again with the same ' +
        'Idempotency-Key'
      reject(new HttpProblem('UNAVAILABLE', detail, { 'retry-after': '1' }))
    }, milliseconds)
  })
  try {
    return await Promise.race([writing, late])
  } finally {
    clearTimeout(timer)
    // Nobody waits for it any more.
    writing.catch(() => undefined)
  }
}
