// Where a history in a repository and another of the same run part.

import { readCommit } from '../objects/commit.ts'
import { hexOf } from '../objects/object-id.ts'
import type { ReadObject } from '../objects/object-stream.ts'

/** A history beside that of a repository. */
interface Other {
  readonly sequence: number
  /** Up to where it no longer holds its oids. */
  readonly dropped?: number
  /** The oid of the commit with this sequence, as bytes. */
  readonly digestAt: (sequence: number) => Uint8Array
}

/** The last commit that both have; undefined where there is none, or the other no longer holds its oid. */
export async function findCommon(
  read: (oid: string) => Promise<ReadObject | undefined>,
  head: ReadObject,
  { sequence: last, dropped = 0, digestAt }: Other,
): Promise<{ readonly sequence: number; readonly oid: string } | undefined> {
  let object: ReadObject | undefined = head
  for (;;) {
    const commit = object === undefined ? undefined : readCommit(object)
    if (object === undefined || commit === undefined) return undefined
    const sequence = commit.committed - commit.authored
    if (sequence < dropped) return undefined
    if (sequence <= last && hexOf(digestAt(sequence)) === object.oid) return { sequence, oid: object.oid }
    if (sequence === 0 || commit.parent === undefined) return undefined
    object = await read(commit.parent)
  }
}
