// The commit of a receipt, encoded and decoded. Each append of batches leaves one, under a token that nobody else knows:
// it says who put a commit into the history of a run. The parent of a receipt is the one before it.

import { commitText, type GitObject, gitObject, treeBytes } from '../core-internals.ts'
import type { MachineName } from '../machines.ts'
import { decodeCommit } from './commit.ts'
import { type FormatName, objectFormat } from './object-id.ts'
import type { ReadObject } from './object-stream.ts'

/** What a receipt says. */
export interface Receipt {
  /** The sequence of the run before the append; −1 if the append made the run. */
  readonly after: number
  /** The sequence that the append reached. */
  readonly sequence: number
  /** The oid of the batch with that sequence. */
  readonly head: string
  /** 32 hex digits, drawn for this append. */
  readonly token: string
  /** How many receipts its chain has, with this one. */
  readonly count: number
  /** The receipt before this one; undefined if there is none. If a chain begins here, nothing keeps the earlier one. */
  readonly previous: string | undefined
}

/** A receipt in a repository. */
export interface StoredReceipt extends Receipt {
  /** The oid of its commit. */
  readonly oid: string
}

/**
 * So many receipts are kept at least, once there were as many; Git collects older ones. One is looked for right after its
 * append.
 */
const MOST_RECEIPTS = 1024

/** Encodes the receipt of an append. */
export function encodeReceipt(
  {
    format,
    machine,
    createdAt,
  }: { readonly format: FormatName; readonly machine: MachineName; readonly createdAt: number },
  { after, sequence, head, token, previous, count }: Receipt,
): GitObject {
  const begins = count === 1
  const link = begins && previous !== undefined ? `Earlier: ${previous}\n` : ''
  const text = commitText({
    tree: emptyTree(format).oid,
    parent: begins ? undefined : previous,
    authored: createdAt,
    committed: createdAt + sequence,
    message:
      `receipt ${machine.name}@${machine.version} at ${sequence}\n\n` +
      `After: ${after}\nHead: ${head}\nToken: ${token}\nCount: ${count}\n${link}`,
  })
  return gitObject(objectFormat(format), 'commit', text)
}

/** The tree of every receipt. */
export function emptyTree(format: FormatName): GitObject {
  return gitObject(objectFormat(format), 'tree', treeBytes([]))
}

/** The number of the receipt after one, in its chain. */
export function nextCount(count: number): number {
  return count >= MOST_RECEIPTS ? 1 : count + 1
}

const BODY =
  /^receipt [^\n]* at \d+\n\nAfter: (-1|\d+)\nHead: ([0-9a-f]+)\nToken: ([0-9a-f]{32})\nCount: (\d+)\n(?:Earlier: ([0-9a-f]+)\n)?$/

/** Decodes a receipt; undefined if the object is none. */
export function decodeReceipt(object: ReadObject): StoredReceipt | undefined {
  const commit = decodeCommit(object)
  const found = commit === undefined ? null : BODY.exec(commit.message)
  if (commit === undefined || found === null) return undefined
  const [, after, head = '', token = '', count, earlier] = found
  const { sequence, parent: previous = earlier } = commit
  return { oid: object.oid, after: Number(after), sequence, head, token, count: Number(count), previous }
}
