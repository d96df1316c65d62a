// Snapshots as they are sent, made once for all who get them.

import { ndjsonFrame, SSE_EVENTS, sseFrame } from '../../wire/frames.ts'
import { NDJSON_TYPE, type SSE_TYPE } from '../../wire/media-types.ts'
import { encodeOffset } from '../../wire/offset.ts'
import type { WireSnapshot } from '../../wire/snapshot.ts'

/** How a snapshot may be framed. */
export type FrameType = typeof NDJSON_TYPE | typeof SSE_TYPE

const encoder = new TextEncoder()
const texts = new WeakMap<WireSnapshot, string>()
const frames = new WeakMap<WireSnapshot, Map<FrameType, Uint8Array>>()

/** A snapshot as JSON. */
export function snapshotText(snapshot: WireSnapshot): string {
  let text = texts.get(snapshot)
  if (text === undefined) {
    text = JSON.stringify(snapshot)
    texts.set(snapshot, text)
  }
  return text
}

/** The frame of a snapshot. */
export function snapshotFrame(snapshot: WireSnapshot, type: FrameType): Uint8Array {
  let types = frames.get(snapshot)
  if (types === undefined) {
    types = new Map()
    frames.set(snapshot, types)
  }
  let bytes = types.get(type)
  if (bytes === undefined) {
    bytes = encoder.encode(frameOf(snapshot, type))
    types.set(type, bytes)
  }
  return bytes
}

function frameOf(snapshot: WireSnapshot, type: FrameType): string {
  if (type === NDJSON_TYPE) return ndjsonFrame(snapshot)
  const id = encodeOffset({ sequence: snapshot.sequence, oid: snapshot.head })
  const frame = sseFrame({ id, event: SSE_EVENTS.snapshot, data: snapshot })
  // A reader that connects again after the end would get the same again.
  if (snapshot.status !== 'done') return frame
  return frame + sseFrame({ id, event: SSE_EVENTS.end, data: { status: snapshot.status } })
}
