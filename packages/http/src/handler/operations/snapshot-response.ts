// A snapshot as an answer.

import { JSON_TYPE } from '../../wire/media-types.ts'
import { snapshotTag, type WireSnapshot } from '../../wire/snapshot.ts'
import { snapshotBytes } from '../streams/snapshot-frames.ts'

/** The answer that shows a snapshot. It is not kept, unless the headers say so. */
export function snapshotResponse(
  snapshot: WireSnapshot,
  {
    status = 200,
    headers = {},
  }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const etag = snapshotTag(snapshot.head, snapshot.status)
  // The bytes are shared with streams, and nobody changes them.
  const body = snapshotBytes(snapshot, JSON_TYPE) as Uint8Array<ArrayBuffer>
  return new Response(body, {
    status,
    headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store', etag, ...headers },
  })
}
