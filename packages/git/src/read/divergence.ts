// Finds the last commit that a history in a repository and another history of the same run share.

import type { CommitPoint } from '../objects/batch-commit.ts'
import { hexOf } from '../objects/object-id.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import { type Head, readHead } from '../refs/read-head.ts'

/** A history that is not in the repository. */
export interface OtherHistory {
  readonly sequence: number
  /** How many of its first batches it no longer has the oids of. */
  readonly dropped?: number
  /** The oid of the commit with a sequence, as bytes. */
  readonly digestAt: (sequence: number) => Uint8Array
}

/** The last commit that both have; undefined if there is none, or the other history has dropped its oid. */
export async function findCommon(
  source: ObjectSource,
  head: Head,
  { sequence: last, dropped = 0, digestAt }: OtherHistory,
): Promise<CommitPoint | undefined> {
  let found: Head | undefined = head
  for (;;) {
    if (found?.commit === undefined) return undefined
    const { oid, sequence, commit } = found
    if (sequence < dropped) return undefined
    if (sequence <= last && hexOf(digestAt(sequence)) === oid) return { sequence, oid }
    if (sequence === 0 || commit.parent === undefined) return undefined
    found = await readHead(source, commit.parent)
  }
}
