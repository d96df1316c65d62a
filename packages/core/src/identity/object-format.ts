// Git object formats: the hash by which the objects of a run are named. SHA-1 is here. SHA-256 and the native hashes of
// Node are imports of their own, so that only who uses them ships them.

import { sha1 as hashSha1 } from '@noble/hashes/legacy.js'
import type { Hash } from '@noble/hashes/utils.js'

/** A Git object format: the hash by which a run's objects are named (RFC Run v1 §2.3). */
export interface ObjectFormat {
  /** The name of the format in Git, and in every genesis record. */
  readonly name: 'sha1' | 'sha256'
  /** The digest of some bytes: 20 bytes for SHA-1, 32 for SHA-256. */
  readonly hash: (bytes: Uint8Array) => Uint8Array
}

/** SHA-1, the default format of Git repositories. */
export const sha1: ObjectFormat = /* @__PURE__ */ objectFormat('sha1', hashSha1.create)

/** The object format of a hash. It reuses one hash state, because making one costs as much as hashing a block. */
export function objectFormat<Digest extends Hash<Digest>>(
  name: ObjectFormat['name'],
  create: () => Digest,
): ObjectFormat {
  const blank = create()
  const state = create()
  return Object.freeze({
    name,
    hash: (bytes: Uint8Array): Uint8Array => blank._cloneInto(state).update(bytes).digest(),
  })
}
