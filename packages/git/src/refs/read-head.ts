// Reads where a ref points: the oid and the sequence of a head, in one place.

import { type Commit, decodeCommit } from '../objects/commit.ts'
import type { ObjectSource } from '../objects/object-reader.ts'

/** The commit that a ref points to. */
export interface Head {
  readonly oid: string
  /** Its sequence; −1 if it is not a commit that core wrote. */
  readonly sequence: number
  /** The decoded commit; undefined if it is not one that core wrote. */
  readonly commit: Commit | undefined
}

/** The head that a ref, or an oid, names; undefined if there is none. */
export async function readHead({ read }: Pick<ObjectSource, 'read'>, name: string): Promise<Head | undefined> {
  const object = await read(name)
  if (object === undefined) return undefined
  const commit = decodeCommit(object)
  return { oid: object.oid, sequence: commit?.sequence ?? -1, commit }
}
