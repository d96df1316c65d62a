// Snapshots as bytes, made once for all who get them.

import { ndjsonFrame, SSE_EVENTS, sseFrame } from '../../wire/frames.ts'
import { JSON_TYPE, NDJSON_TYPE, type SSE_TYPE } from '../../wire/media-types.ts'
import { encodeOffset } from '../../wire/offset.ts'
import type { WireSnapshot } from '../../wire/snapshot.ts'

/** How a snapshot may be written. */
export type SnapshotType = typeof JSON_TYPE | typeof NDJSON_TYPE | typeof SSE_TYPE

const encoder = new TextEncoder()
const made = new WeakMap<WireSnapshot, Map<SnapshotType, Uint8Array>>()

/** The bytes of a snapshot. */
export function snapshotBytes(snapshot: WireSnapshot, type: SnapshotType): Uint8Array {
  let types = made.get(snapshot)
  if (types === undefined) {
    types = new Map()
    made.set(snapshot, types)
  }
  let bytes = types.get(type)
  if (bytes === undefined) {
    bytes = encoder.encode(textOf(snapshot, type))
    types.set(type, bytes)
  }
  return bytes
}

function textOf(snapshot: WireSnapshot, type: SnapshotType): string {
  if (type === JSON_TYPE) return JSON.stringify(snapshot)
  if (type === NDJSON_TYPE) return ndjsonFrame(snapshot)
  const id = encodeOffset({ sequence: snapshot.sequence, oid: snapshot.head })
  const frame = sseFrame({ id, event: SSE_EVENTS.snapshot, data: snapshot })
  // A reader that connects again after the end would get the same again.
  if (snapshot.status !== 'done') return frame
  return frame + sseFrame({ id, event: SSE_EVENTS.end, data: { status: snapshot.status } })
}
