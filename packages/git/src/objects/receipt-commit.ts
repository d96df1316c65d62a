// The commit of a receipt, encoded and decoded. Each append of batches leaves one, under a token that nobody else knows:
// it says who put a commit into the history of a run. The parent of a receipt is the one before it.

import { commitText, type GitObject, gitObject, treeBytes } from '../core-internals.ts'
import type { MachineName } from '../machines.ts'
import { decodeCommit } from './commit.ts'
import { type FormatName, objectFormat } from './object-id.ts'
import type { ReadObject } from './object-stream.ts'

/** What a receipt says. */
export interface Receipt {
  /** The sequence of the run before the append; −1 if the append made the run. That of the head if nothing was appended. */
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
  /** What else is kept; undefined in a receipt of an earlier version. */
  readonly stored?: StoredDetails | undefined
}

/** What a receipt says beyond who appended. */
export interface StoredDetails {
  /** Outputs since the genesis, after the append. */
  readonly position: number
  /** The position up to which outputs counted as settled when the run began here, or when more of it came from elsewhere. */
  readonly settled: number
  /** The outputs of the batches up to this sequence count as settled too: they came from elsewhere, and were not counted. */
  readonly uncounted?: number | undefined
  /** Outputs that came from elsewhere after some that had not settled here. They are handled, and those before them are not. */
  readonly passed?: readonly OutputRange[] | undefined
  /** The id of the run that has taken the place of this one: then it is sealed, and this is its last receipt. */
  readonly successor?: string | undefined
  /** How many idempotency keys the chain has, with those of this receipt. */
  readonly count: number
  /** The keys of this append. */
  readonly keys: readonly KeyedBatch[]
}

/** Outputs from a position to another, which is the first that is not of them. */
export interface OutputRange {
  readonly from: number
  readonly to: number
}

/** A batch, and the idempotency key or the token that it was appended under. */
export interface KeyedBatch {
  readonly key: string
  readonly sequence: number
  /** The oid of its commit. */
  readonly oid: string
}

/** A receipt in a repository. */
export interface StoredReceipt extends Receipt {
  /** The oid of its commit. */
  readonly oid: string
  /** The oid of its tree, which is empty unless a chain begins here and takes over what the one before it kept. */
  readonly tree: string
}

/**
 * So many receipts are kept at least, once there were as many; Git collects older ones. One is looked for right after its
 * append.
 */
const MOST_RECEIPTS = 1024

/** Whose receipts are encoded. */
export interface ReceiptOf {
  readonly format: FormatName
  readonly machine: MachineName
  readonly createdAt: number
}

/**
 * Encodes the receipt of an append.
 * @param tree the oid of its tree, if it is not empty
 */
export function encodeReceipt(
  { format, machine, createdAt }: ReceiptOf,
  { after, sequence, head, token, previous, count, stored }: Receipt,
  tree: string = emptyTree(format).oid,
): GitObject {
  const begins = count === 1
  const link = begins && previous !== undefined ? `Earlier: ${previous}\n` : ''
  const text = commitText({
    tree,
    parent: begins ? undefined : previous,
    authored: createdAt,
    committed: createdAt + sequence,
    message:
      `receipt ${machine.name}@${machine.version} at ${sequence}\n\n` +
      `After: ${after}\nHead: ${head}\nToken: ${token}\nCount: ${count}\n${link}${stored === undefined ? '' : detailsText(stored)}`,
  })
  return gitObject(objectFormat(format), 'commit', text)
}

/** The objects of a receipt that takes nothing over; its own is the last. */
export function receiptObjects(of: ReceiptOf, receipt: Receipt): readonly GitObject[] {
  const encoded = encodeReceipt(of, receipt)
  return receipt.count === 1 ? [emptyTree(of.format), encoded] : [encoded]
}

function detailsText({ position, settled, uncounted, passed = [], successor, count, keys }: StoredDetails): string {
  // A key is any text: as JSON it is one line.
  const lines = keys.map(({ key, sequence, oid }) => `Key: ${sequence} ${oid} ${JSON.stringify(key)}\n`)
  const through = uncounted === undefined ? '' : `Uncounted: ${uncounted}\n`
  const ranges = passed.map(({ from, to }) => `Passed: ${from} ${to}\n`).join('')
  const seal = successor === undefined ? '' : `Successor: ${successor}\n`
  return `Position: ${position}\nSettled: ${settled}\n${through}${ranges}${seal}Keys: ${count}\n${lines.join('')}`
}

/** The tree of a receipt that takes nothing over. */
export function emptyTree(format: FormatName): GitObject {
  return gitObject(objectFormat(format), 'tree', treeBytes([]))
}

/**
 * The number of the receipt after one, in its chain.
 * @param mustGoOn whether the chain has what must be kept, so that it cannot begin again
 */
export function nextCount(count: number, mustGoOn = false): number {
  return count >= MOST_RECEIPTS && !mustGoOn ? 1 : count + 1
}

const BODY =
  /^receipt [^\n]* at \d+\n\nAfter: (-1|\d+)\nHead: ([0-9a-f]+)\nToken: ([0-9a-f]{32})\nCount: (\d+)\n(?:Earlier: ([0-9a-f]+)\n)?/
const DETAILS =
  /^Position: (\d+)\nSettled: (\d+)\n(?:Uncounted: (\d+)\n)?((?:Passed: \d+ \d+\n)*)(?:Successor: ([0-9a-f]+)\n)?Keys: (\d+)\n/
const KEY = /^Key: (\d+) ([0-9a-f]+) (".*")$/

/** Decodes a receipt; undefined if the object is not a receipt. */
export function decodeReceipt(object: ReadObject): StoredReceipt | undefined {
  const commit = decodeCommit(object)
  const found = commit === undefined ? null : BODY.exec(commit.message)
  if (commit === undefined || found === null) return undefined
  const [body, after, head = '', token = '', count, earlier] = found
  const rest = commit.message.slice(body.length)
  const stored = rest === '' ? undefined : decodeDetails(rest)
  if (rest !== '' && stored === undefined) return undefined
  const { sequence, tree, parent: previous = earlier } = commit
  return { oid: object.oid, tree, after: Number(after), sequence, head, token, count: Number(count), previous, stored }
}

function decodeDetails(text: string): StoredDetails | undefined {
  const found = DETAILS.exec(text)
  if (found === null) return undefined
  const [details, position, settled, uncounted, ranges = '', successor, count] = found
  const keys: KeyedBatch[] = []
  const lines = text.slice(details.length).split('\n')
  if (lines.pop() !== '') return undefined
  for (const line of lines) {
    const [, sequence, oid = '', json = ''] = KEY.exec(line) ?? []
    const key = parseKey(json)
    if (key === undefined) return undefined
    keys.push({ key, sequence: Number(sequence), oid })
  }
  return {
    position: Number(position),
    settled: Number(settled),
    ...(uncounted === undefined ? {} : { uncounted: Number(uncounted) }),
    passed: Array.from(ranges.matchAll(/(\d+) (\d+)/g), ([, from, to]) => ({ from: Number(from), to: Number(to) })),
    ...(successor === undefined ? {} : { successor }),
    count: Number(count),
    keys,
  }
}

function parseKey(json: string): string | undefined {
  try {
    const key: unknown = JSON.parse(json)
    return typeof key === 'string' ? key : undefined
  } catch {
    return undefined
  }
}
