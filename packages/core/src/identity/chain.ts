// The oids of one run's commits. They are computed when someone asks, never while events are applied (RFC Run v1 §2.3).

import { lacks } from '../data/built-ins.ts'
import { type BatchEncoder, batchEncoder } from './batch-commit.ts'
import { genesisObjects } from './genesis-objects.ts'
import { fromHex, toHex } from './hex.ts'
import type { ObjectFormat } from './object-format.ts'

/** How a run began, as far as it was given. */
export interface Origin {
  readonly format: ObjectFormat
  /** Whole seconds since the epoch. */
  readonly createdAt: number
  /** 32 hex digits. They are drawn when the id is first asked for, unless they are given. */
  nonce: string | undefined
  readonly initial: unknown
  readonly input: unknown
  /** The oid of the commit that the run was forked from, in hex, if it was. */
  readonly forkedFrom?: string | undefined
}

/** The oids computed so far: that of the genesis, and those of the batches that are kept, with the one before them. */
export interface Chain {
  /** The run's id. */
  readonly genesis: string
  /** The oid of the machine's commit. */
  readonly machine: string
  readonly format: ObjectFormat
  readonly encode: BatchEncoder
  /** How many bytes a digest has. */
  readonly width: number
  /** Digest after digest. The first is that of the last dropped batch, or of the genesis. */
  digests: Uint8Array
  /** The sequence of the first. */
  dropped: number
  /** The sequence of the last. */
  sequence: number
}

/** The chain of a run that has no batches yet. */
export function startChain(machine: { readonly name: string; readonly version: string }, origin: Origin): Chain {
  const { format, createdAt } = origin
  const made = genesisObjects(format, { ...origin, machine, nonce: nonceOf(origin) })
  const digest = fromHex(made.oid)
  return {
    genesis: made.oid,
    machine: made.machine,
    format,
    encode: batchEncoder(made.tree, createdAt),
    width: digest.length,
    digests: digest,
    dropped: 0,
    sequence: 0,
  }
}

/** The 32 hex digits that tell apart runs of one machine that began in the same second. */
export function nonceOf(origin: Origin): string {
  return (origin.nonce ??= drawNonce())
}

/** 32 random hex digits. */
export function drawNonce(): string {
  // React Native has no `crypto` of its own.
  if (globalThis.crypto?.getRandomValues === undefined) {
    throw lacks('crypto.getRandomValues to draw a nonce with', ', or give createRun a nonce')
  }
  return toHex(crypto.getRandomValues(new Uint8Array(16)))
}

/**
 * Computes the oid of the next batch, and keeps it.
 * @returns the digest, good until the next is computed
 */
export function appendDigest(chain: Chain, batch: object | readonly object[]): Uint8Array {
  const { width } = chain
  const at = (chain.sequence - chain.dropped + 1) * width
  if (at + width > chain.digests.length) {
    const larger = new Uint8Array(Math.max(2 * at, 16 * width))
    larger.set(chain.digests)
    chain.digests = larger
  }
  const digest = chain.format.hash(chain.encode(chain.digests, at - width, chain.sequence + 1, batch))
  chain.digests.set(digest, at)
  chain.sequence++
  return digest
}

/** The oid of a commit that is kept, as bytes. It is computed already. */
export function digestIn({ digests, dropped, width }: Chain, sequence: number): Uint8Array {
  const at = (sequence - dropped) * width
  return digests.subarray(at, at + width)
}

/** Drops the oids before a sequence, whose own is the parent of the next and is kept. */
export function dropDigests(chain: Chain, sequence: number): void {
  const { digests, dropped, width } = chain
  chain.digests = digests.slice((sequence - dropped) * width, (chain.sequence - dropped + 1) * width)
  chain.dropped = sequence
}

/** Has a chain begin at a commit whose oid is known, in hex, without those before it. */
export function startAt(chain: Chain, sequence: number, oid: string): void {
  chain.digests = fromHex(oid)
  chain.dropped = sequence
  chain.sequence = sequence
}
