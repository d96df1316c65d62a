// The blob of a lease, encoded and decoded: who has the right to handle the outputs of a run, and how far these have settled.

import { randomBytes } from 'node:crypto'
import type { LeaseRecord } from '@xmachines/core/store'
import { type GitObject, gitObject } from '../core-internals.ts'
import { type FormatName, objectFormat } from './object-id.ts'
import type { ObjectSource } from './object-reader.ts'
import { corrupt } from './object-stream.ts'

/** What the blob says. */
export interface StoredLease extends LeaseRecord {
  /** The sequence up to which outputs were counted that came from elsewhere: they are before `settled`. −1 if none were. */
  readonly counted: number
}

/** A lease in a repository, and the oid of its blob. */
export interface FoundLease {
  readonly lease: StoredLease
  readonly oid: string
}

/** Encodes a lease. Two takers never write the same blob: then a ref that points to it would not say who moved it. */
export function encodeLease(format: FormatName, run: string, lease: StoredLease): GitObject {
  const text = JSON.stringify({ run, ...lease, by: randomBytes(16).toString('hex') })
  return gitObject(objectFormat(format), 'blob', `${text}\n`)
}

/**
 * Reads the lease that a ref points to; undefined if it does not exist.
 * @throws {GitError} `OBJECT_CORRUPT` if it is not a lease
 */
export async function readLease({ read }: Pick<ObjectSource, 'read'>, ref: string): Promise<FoundLease | undefined> {
  const object = await read(ref)
  if (object === undefined) return undefined
  const { oid, type, content } = object
  const lease = type === 'blob' ? parseLease(content.toString()) : undefined
  if (lease === undefined) throw corrupt(oid, `${ref} points to it, and it is not a lease; delete that ref`)
  return { lease, oid }
}

function parseLease(text: string): StoredLease | undefined {
  try {
    const { owner, ttl, beat, settled, counted } = JSON.parse(text) as Record<string, unknown>
    if (typeof ttl !== 'number' || typeof beat !== 'number' || typeof settled !== 'number') return undefined
    return {
      owner: typeof owner === 'string' ? owner : undefined,
      ttl,
      beat,
      settled,
      counted: typeof counted === 'number' ? counted : -1,
    }
  } catch {
    return undefined
  }
}
