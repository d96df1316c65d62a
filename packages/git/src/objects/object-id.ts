// Object ids, computed by Node's own hashes rather than by core's: a second opinion on every object.

import { hash } from 'node:crypto'
import type { ObjectFormat } from '@xmachines/core'

/** The name of an object format. */
export type FormatName = ObjectFormat['name']

const formats: Readonly<Record<FormatName, ObjectFormat>> = {
  sha1: { name: 'sha1', hash: (bytes) => hash('sha1', bytes, 'buffer') },
  sha256: { name: 'sha256', hash: (bytes) => hash('sha256', bytes, 'buffer') },
}

/** The object format of a name, which hashes with Node's own. */
export function objectFormat(name: FormatName): ObjectFormat {
  return formats[name]
}

/** How many bytes a digest has. */
export function widthOf(name: FormatName): number {
  return name === 'sha1' ? 20 : 32
}

/** The oid that no object has: Git's way to say that a ref must not exist. */
export function noOid(name: FormatName): string {
  return '0'.repeat(2 * widthOf(name))
}

/** Whether a value has the form of an oid in this format; checked before an id is used for anything. */
export function isOid(value: unknown, name: FormatName): value is string {
  return typeof value === 'string' && value.length === 2 * widthOf(name) && /^[0-9a-f]+$/.test(value)
}

/** Refuses a value that cannot be the id of a run in this format. */
export function checkId(id: unknown, name: FormatName): string {
  if (isOid(id, name)) return id
  const shown = typeof id === 'string' ? JSON.stringify(id.slice(0, 80)) : typeof id
  throw new TypeError(`the id is ${shown}; in this repository it must be ${2 * widthOf(name)} lower-case hex digits`)
}

/** Whether two digests are equal. */
export function sameDigest(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

/** A digest in hex. */
export function hexOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('hex')
}
