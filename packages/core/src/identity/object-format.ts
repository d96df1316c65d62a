// Git object formats: the hash by which the objects of a run are named. SHA-1 is here. SHA-256 and the native hashes of
// Node are imports of their own, so that only who uses them ships them.

import { _SHA1 } from '@noble/hashes/legacy.js'
import type { Hash } from '@noble/hashes/utils.js'

/** A Git object format: the hash by which a run's objects are named (RFC Run v1 §2.3). */
export interface ObjectFormat {
  /** The name of the format in Git, and in every genesis record. */
  readonly name: 'sha1' | 'sha256'
  /** The digest of some bytes: 20 bytes for SHA-1, 32 for SHA-256. It may be good only until the next call. */
  readonly hash: (bytes: Uint8Array) => Uint8Array
}

// The class and not noble's function for it, whose checks of options would weigh a quarter of a kilobyte in every page.
/** SHA-1, the default format of Git repositories. */
export const sha1: ObjectFormat = /* @__PURE__ */ objectFormat('sha1', () => new _SHA1())

/**
 * The object format of a hash. It uses one hash state and one digest again and again, because making them costs as much as
 * hashing a block.
 */
export function objectFormat<Digest extends Hash<Digest>>(
  name: ObjectFormat['name'],
  create: () => Digest,
): ObjectFormat {
  const blank = create()
  const state = create()
  const digest = new Uint8Array(blank.outputLen)
  return Object.freeze({
    name,
    hash(bytes: Uint8Array): Uint8Array {
      blank._cloneInto(state).update(bytes).digestInto(digest)
      return digest
    },
  })
}
