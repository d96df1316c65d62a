// The snapshots of a run as a stream. The latest wins: a slow reader skips what came in between.

import { NDJSON_HEARTBEAT, SSE_HEARTBEAT } from '../../wire/frames.ts'
import { SSE_TYPE } from '../../wire/media-types.ts'
import type { WireSnapshot } from '../../wire/snapshot.ts'
import { type Following, followedStream, type Piece } from './followed-stream.ts'
import { type FrameType, snapshotFrame } from './snapshot-frames.ts'

const encoder = new TextEncoder()
const heartbeats = { sse: encoder.encode(SSE_HEARTBEAT), ndjson: encoder.encode(NDJSON_HEARTBEAT) }

/**
 * A stream of snapshots: the latest, then each newer one when the reader asks. It ends with the run.
 * @param known the head that the reader has already
 */
export function snapshotStream(following: Following, type: FrameType, known?: string): ReadableStream<Uint8Array> {
  const { subject: run } = following
  let delivered: WireSnapshot | undefined = run.latest.head === known ? run.latest : undefined
  return followedStream(following, {
    heartbeat: type === SSE_TYPE ? heartbeats.sse : heartbeats.ndjson,
    next(): Piece | undefined {
      const { latest } = run
      if (latest === delivered) return undefined
      delivered = latest
      return { bytes: snapshotFrame(latest, type), isLast: latest.status === 'done' }
    },
  })
}
