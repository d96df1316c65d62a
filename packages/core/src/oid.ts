// Git object ids: the hash of `TYPE LENGTH\0` and the content, in hex. SHA-1 here; SHA-256 is an import of its own, so
// that only those ship it who use it.

import { sha1 as hashSha1 } from '@noble/hashes/legacy.js'
import type { Hash } from '@noble/hashes/utils.js'

/** A Git object format: the hash by which a run's objects are named (RFC Run v1 §2.3). */
export interface ObjectFormat {
  /** The format's name in Git, and in every genesis record. */
  readonly name: 'sha1' | 'sha256'
  /** The digest of some bytes: 20 bytes for SHA-1, 32 for SHA-256. */
  readonly hash: (bytes: Uint8Array) => Uint8Array
}

/** SHA-1, which Git repositories have unless they were made otherwise. */
export const sha1: ObjectFormat = /* @__PURE__ */ objectFormat('sha1', hashSha1.create)

/** An object format of a hash. One state of it is used again and again: making one costs as much as hashing a block. */
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

const utf8 = new TextEncoder()
const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Bytes as lower-case hex digits. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (let at = 0; at < bytes.length; at++) hex += hexOfByte[bytes[at] as number]
  return hex
}

/** Whether some text is the lower-case hex of some bytes; builds neither. */
export function isHexOf(text: string, bytes: Uint8Array): boolean {
  if (text.length !== bytes.length * 2) return false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (text.charCodeAt(2 * at) !== hexDigit(byte >> 4) || text.charCodeAt(2 * at + 1) !== hexDigit(byte & 15))
      return false
  }
  return true
}

/** The character code of a lower-case hex digit. */
export function hexDigit(value: number): number {
  return value < 10 ? 48 + value : 87 + value
}

/** Hex digits as bytes; the caller has checked them. */
export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16)
  return bytes
}

/** An object as Git names it. */
export interface GitObject {
  readonly type: 'blob' | 'tree' | 'commit'
  readonly oid: string
  /** `TYPE LENGTH\0` and the content: what the oid is the hash of. */
  readonly bytes: Uint8Array
}

/** The object of some type with some content. */
export function gitObject(format: ObjectFormat, type: GitObject['type'], content: Uint8Array | string): GitObject {
  const body = typeof content === 'string' ? utf8.encode(content) : content
  const header = utf8.encode(`${type} ${body.length}\0`)
  const bytes = new Uint8Array(header.length + body.length)
  bytes.set(header)
  bytes.set(body, header.length)
  return { type, oid: toHex(format.hash(bytes)), bytes }
}
