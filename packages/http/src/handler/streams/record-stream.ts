// The records of a run as server-sent events, by the Durable Streams protocol: records in order, none left out, and after them
// where to read on.

import type { HeldRun } from '../../host/host.ts'
import { SSE_EVENTS, SSE_HEARTBEAT, sseFrame } from '../../wire/frames.ts'
import { type Following, followedStream, type Piece } from './followed-stream.ts'
import type { RecordPage, RecordPages } from './record-pages.ts'

/** Where a reader is. */
export interface RecordPlace {
  /** The sequence of the next record. */
  readonly from: number
  /** The offset before it. */
  readonly offset: string
}

const encoder = new TextEncoder()
const heartbeat = encoder.encode(SSE_HEARTBEAT)
/** Frames of pages with what follows them, shared by all who are at the same place. */
const frames = new WeakMap<RecordPage, Map<string, Uint8Array>>()

/**
 * A stream of records from a place on. It ends with the run.
 * @param cursor gives the cursor of the next frame
 */
export function recordStream(
  following: Following,
  pages: RecordPages,
  place: RecordPlace,
  cursor: () => string,
): ReadableStream<Uint8Array> {
  const { subject: run, limits } = following
  let { from, offset } = place
  /** Whether the reader knows that it has all there is. */
  let isTold = false
  return followedStream(following, {
    heartbeat,
    async next(): Promise<Piece | undefined> {
      const page = await pages.read(run, from)
      if (page === undefined && isTold) return undefined
      if (page !== undefined) ({ offset } = page)
      from = (page?.last ?? from - 1) + 1
      const { isUpToDate, isClosed } = endOf(run, from)
      isTold = isUpToDate
      const control = {
        streamNextOffset: offset,
        ...(!isClosed && { streamCursor: cursor() }),
        ...(isUpToDate && { upToDate: true }),
        ...(isClosed && { streamClosed: true }),
      }
      return { bytes: frameOf(page, sseFrame({ event: SSE_EVENTS.control, data: control })), isLast: isClosed }
    },
    isTooFarBehind: () => run.latest.sequence - from + 1 >= limits.behind,
  })
}

/** Whether the record before a sequence is the latest, and the last. */
export function endOf(run: HeldRun, from: number): { readonly isUpToDate: boolean; readonly isClosed: boolean } {
  const { sequence, status } = run.latest
  const isUpToDate = from > sequence
  return { isUpToDate, isClosed: isUpToDate && status === 'done' }
}

function frameOf(page: RecordPage | undefined, control: string): Uint8Array {
  if (page === undefined) return encoder.encode(control)
  let known = frames.get(page)
  if (known === undefined) {
    known = new Map()
    frames.set(page, known)
  }
  let bytes = known.get(control)
  if (bytes === undefined) {
    bytes = encoder.encode(`event: ${SSE_EVENTS.data}\ndata:[${page.items.join(',')}]\n\n${control}`)
    known.set(control, bytes)
  }
  return bytes
}
