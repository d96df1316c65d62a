// The options of `createRun` and of replays: their types, and what is refused of them.

import { wrongValue } from '../data/describe-value.ts'
import { hasMode } from '../data/mode.ts'
import { isCreatedAt, MOST_SECONDS } from '../history/read-records.ts'
import { toHex } from '../identity/hex.ts'
import type { ObjectFormat } from '../identity/object-format.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What makes a run differ from another run of the same machine. */
export interface RunOptions {
  /**
   * Whole seconds since the epoch, 0 to 2³³ − 1. By default the clock is read at the call; one that is wrong, so that it
   * is out of this range, counts as the end of the range that is nearest.
   */
  readonly createdAt?: number
  /** 16 bytes; random by default. */
  readonly nonce?: Uint8Array
  /** The object format of the run's oids: SHA-1 by default. */
  readonly format?: ObjectFormat
  /** Whether each batch is stepped twice and the results compared: yes by default. Production builds never do. */
  readonly checkDeterminism?: boolean
}

/** The options of `createRun`, with `input` if the machine takes one. */
export type CreateRunOptions<Input> = RunOptions &
  (undefined extends Input ? { readonly input?: Input } : { readonly input: Input })

/** The arguments after the machine. Options may be left out if none of them is required. */
export type CreateRunArguments<Input> = undefined extends Input
  ? [options?: CreateRunOptions<Input>]
  : [options: CreateRunOptions<Input>]

/** How a history is replayed. */
export interface ReplayOptions {
  /** The object format if it is not SHA-1, such as `sha256` of `@xmachines/core/sha256`; or a faster hash of the same. */
  readonly format?: ObjectFormat
  /** As with `createRun`. It applies to what is replayed too. */
  readonly checkDeterminism?: boolean
}

/** What a replay does with these options. */
export function planOf({
  format,
  checkDeterminism = hasMode ? process.env.NODE_ENV !== 'production' : false,
}: ReplayOptions): {
  readonly format: ObjectFormat | undefined
  readonly checkDeterminism: boolean
} {
  if (format !== undefined) checkFormat(format)
  return { format, checkDeterminism }
}

/** Refuses what is not an object format. */
export function checkFormat(format: ObjectFormat): ObjectFormat {
  if (typeof format?.hash === 'function') return format
  throw new TypeError(wrongValue('format', format, 'left out for SHA-1, or sha256 of @xmachines/core/sha256'))
}

/** The time of a genesis: the given one, or the clock's. */
export function checkCreatedAt(createdAt: number | undefined): number {
  // A device whose clock is wrong must have runs too. The nonce tells them apart.
  if (createdAt === undefined) return Math.min(Math.max(Math.floor(Date.now() / 1000) || 0, 0), MOST_SECONDS)
  // −0 is 0.
  if (isCreatedAt(createdAt)) return createdAt + 0
  const refused = typeof createdAt === 'number' ? RangeError : TypeError
  throw new refused(wrongValue('createdAt', createdAt, 'whole seconds since the epoch, from 0 to 2³³ − 1'))
}

/** The hex digits of a given nonce. */
export function checkNonce(nonce: Uint8Array | undefined): string | undefined {
  if (nonce === undefined) return undefined
  // The array of another realm is one too: Jest runs tests in a realm of their own.
  const isBytes = ArrayBuffer.isView(nonce) && nonce[Symbol.toStringTag] === 'Uint8Array'
  if (isBytes && nonce.length === 16) return toHex(nonce)
  const refused = isBytes ? RangeError : TypeError
  throw new refused(wrongValue('nonce', nonce, 'a Uint8Array of 16 bytes'))
}
