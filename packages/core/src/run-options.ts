// The options of `createRun`: their types, and what is refused of them.

import { type NotPlain } from './not-plain.ts'
import { type ObjectFormat, toHex } from './oid.ts'
import { copyPlain } from './plain-data.ts'
import { mustBe } from './quote.ts'

/** The latest time of a genesis, in seconds since the epoch: the year 2242. */
export const MOST_SECONDS: number = 2 ** 33 - 1

/** What makes one run differ from another of the same machine. */
export interface RunOptions {
  /** Whole seconds since the epoch, 0 to 2³³ − 1; the clock is read at the call unless given. */
  readonly createdAt?: number
  /** 16 bytes; random unless given. */
  readonly nonce?: Uint8Array
  /** The object format of the run's oids: SHA-1 unless given. */
  readonly format?: ObjectFormat
  /** Whether each batch is stepped twice and the answers compared: yes, unless given; production builds leave it out. */
  readonly checkDeterminism?: boolean
}

/** The options of `createRun`: with `input`, where the machine takes one. */
export type CreateRunOptions<Input> = RunOptions &
  (undefined extends Input ? { readonly input?: Input } : { readonly input: Input })

/** The arguments behind the machine: options may be left out where nothing in them is required. */
export type CreateRunArguments<Input> = undefined extends Input
  ? [options?: CreateRunOptions<Input>]
  : [options: CreateRunOptions<Input>]

/** Refuses what is no object format. */
export function checkFormat(format: ObjectFormat): ObjectFormat {
  if (typeof format?.hash === 'function') return format
  throw new TypeError(mustBe('format', format, 'left out for SHA-1, or sha256 of @xmachines/core/sha256'))
}

/** The time of a genesis: as it was given, or the clock. */
export function checkCreatedAt(createdAt: number | undefined): number {
  if (createdAt === undefined) return Math.floor(Date.now() / 1000)
  if (isWhole(createdAt, MOST_SECONDS)) return createdAt
  const refused = typeof createdAt === 'number' ? RangeError : TypeError
  throw new refused(mustBe('createdAt', createdAt, 'whole seconds since the epoch, from 0 to 2³³ − 1'))
}

/** The hex digits of a nonce that was given. */
export function checkNonce(nonce: Uint8Array | undefined): string | undefined {
  if (nonce === undefined) return undefined
  if (nonce instanceof Uint8Array && nonce.length === 16) return toHex(nonce)
  const refused = nonce instanceof Uint8Array ? RangeError : TypeError
  throw new refused(mustBe('nonce', nonce, 'a Uint8Array of 16 bytes'))
}

/** A copy of an input. */
export function copyInput(input: unknown): unknown {
  try {
    return copyPlain(input, 'input')
  } catch (problem) {
    throw new TypeError((problem as NotPlain).message)
  }
}

/** Whether it is a whole number from 0 to some most. */
export function isWhole(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most
}
