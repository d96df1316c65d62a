// What a chain of receipts takes over from the one before it: a file in the tree of its first receipt. As long as the chain
// is there, Git keeps that file.

import { type GitObject, gitObject, treeBytes } from '../core-internals.ts'
import { decodeTree } from './commit.ts'
import { type FormatName, objectFormat } from './object-id.ts'
import { type ObjectSource, readNeeded } from './object-reader.ts'
import { corrupt } from './object-stream.ts'
import { emptyTree, type KeyedBatch, type StoredReceipt } from './receipt-commit.ts'

/** Receipts that are taken over. */
export interface KeptReceipts {
  /** The receipts of all later sequences are kept. */
  readonly completeAfter: number
  /** Those of appends, by token, and those of idempotency keys; in the order in which they were made. */
  readonly writers: readonly KeyedBatch[]
  readonly keys: readonly KeyedBatch[]
}

const FILE = 'receipts.json'

/** The objects of what is taken over; the last is the tree. */
export function encodeKept(format: FormatName, { completeAfter, writers, keys }: KeptReceipts): [GitObject, GitObject] {
  const rows = (batches: readonly KeyedBatch[]): unknown[] =>
    batches.map(({ key, sequence, oid }) => [key, sequence, oid])
  const text = JSON.stringify({ completeAfter, writers: rows(writers), keys: rows(keys) })
  const file = gitObject(objectFormat(format), 'blob', `${text}\n`)
  return [file, gitObject(objectFormat(format), 'tree', treeBytes([[FILE, file.oid]]))]
}

/**
 * Reads what the chain of a receipt took over; undefined if it took over nothing.
 * @throws {GitError} `OBJECT_CORRUPT` if it cannot be read
 */
export async function readKept(source: ObjectSource, { tree }: StoredReceipt): Promise<KeptReceipts | undefined> {
  if (tree === emptyTree(source.format).oid) return undefined
  const oid = decodeTree(await readNeeded(source, tree), source.format).get(FILE)
  if (oid === undefined) throw corrupt(tree, `the tree of a receipt has no ${FILE}`)
  const { content } = await readNeeded(source, oid)
  try {
    // Its oid was verified, and whatever the store writes has this form; anything else throws below.
    const { completeAfter, writers, keys } = JSON.parse(content.toString()) as Record<string, unknown>
    if (typeof completeAfter !== 'number') throw new TypeError('it does not say since when it is complete')
    return { completeAfter, writers: batchesOf(writers), keys: batchesOf(keys) }
  } catch (thrown) {
    throw corrupt(oid, `it is not ${FILE} of a store: ${(thrown as Error).message}`)
  }
}

function batchesOf(rows: unknown): KeyedBatch[] {
  if (!Array.isArray(rows)) throw new TypeError('it has no list of receipts')
  return rows.map((row: unknown) => {
    const [key, sequence, oid] = Array.isArray(row) ? (row as unknown[]) : []
    if (typeof key !== 'string' || typeof sequence !== 'number' || typeof oid !== 'string') {
      throw new TypeError('one of its receipts has no key, no sequence or no oid')
    }
    return { key, sequence, oid }
  })
}
