// A snapshot as an answer.

import { type BareAnswer, bareAnswer } from '../../wire/bare.ts'
import { JSON_TYPE } from '../../wire/media-types.ts'
import { snapshotTag, type WireSnapshot } from '../../wire/snapshot.ts'

/** The answer that shows a snapshot. It is not kept, unless the headers say so. */
export function snapshotResponse(
  snapshot: WireSnapshot,
  {
    status = 200,
    headers = {},
    text = JSON.stringify(snapshot),
  }: {
    readonly status?: number
    readonly headers?: Readonly<Record<string, string>>
    /** The snapshot as JSON, if it is known. */
    readonly text?: string
  } = {},
): BareAnswer {
  const etag = snapshotTag(snapshot.head, snapshot.status)
  return bareAnswer(status, { 'content-type': JSON_TYPE, 'cache-control': 'no-store', etag, ...headers }, text)
}
