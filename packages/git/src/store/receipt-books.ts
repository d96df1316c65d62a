// The receipts of runs, by token and by key. A chain of receipts is read once, and then what was added to it.

import { isAnswer, KEPT_RECEIPTS, positionOfAnswer, type Receipt } from '@xmachines/core/store'
import { type KeptReceipts, readKept } from '../objects/kept-receipts.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import type { KeyedBatch, StoredReceipt } from '../objects/receipt-commit.ts'
import { before } from '../record/receipt-chain.ts'

/** The receipts of one run. */
export interface ReceiptBook {
  /** The oid of the latest receipt in it, and the sequence that its append reached. */
  readonly latest: string
  readonly reached: number
  /** All receipts of later sequences are in it. */
  readonly completeAfter: number
  readonly writers: ReadonlyMap<string, Receipt>
  readonly keys: ReadonlyMap<string, Receipt>
  /** The keys of answers. */
  readonly answers: ReadonlyMap<string, Receipt>
}

/** Reads the receipts of runs. */
export interface ReceiptBooks {
  /** All receipts of a run that are kept, up to its latest. */
  read(id: string, latest: StoredReceipt): Promise<ReceiptBook>
}

/** How many books are remembered. */
const MOST_BOOKS = 256
/** With so many receipts of a kind, the oldest leave the book until it has as many as must be kept. */
const MOST_RECEIPTS = 3 * KEPT_RECEIPTS

/** The books of a repository. */
export function receiptBooks(source: ObjectSource): ReceiptBooks {
  const books = new Map<string, ReceiptBook>()
  return {
    async read(id, latest) {
      const known = books.get(id)
      if (known?.latest === latest.oid) return known
      const book = await readBook(source, id, { latest, known })
      books.delete(id)
      books.set(id, book)
      if (books.size > MOST_BOOKS) books.delete(books.keys().next().value as string)
      return book
    },
  }
}

async function readBook(
  source: ObjectSource,
  id: string,
  { latest, known }: { readonly latest: StoredReceipt; readonly known: ReceiptBook | undefined },
): Promise<ReceiptBook> {
  const newer: StoredReceipt[] = []
  let kept: KeptReceipts | undefined
  let at: StoredReceipt | undefined = latest
  for (; at !== undefined && at.oid !== known?.latest; at = await before(source, at)) {
    newer.push(at)
    if (at.count > 1) continue
    kept = await readKept(source, at)
    // Behind the beginning of a chain, Git keeps nothing: what it has not collected yet is read as far as it is needed.
    if (kept !== undefined || newer.length > KEPT_RECEIPTS) break
  }
  const base = at !== undefined && at.oid === known?.latest ? known : undefined
  const first = newer.at(-1) ?? latest
  const writers = new Map(base?.writers ?? mapOf(kept?.writers ?? []))
  const keys = new Map(base?.keys ?? mapOf((kept?.keys ?? []).filter(({ key }) => !isAnswer(id, key))))
  const answers = new Map(base?.answers ?? mapOf((kept?.keys ?? []).filter(({ key }) => isAnswer(id, key))))
  let completeAfter = base?.completeAfter ?? kept?.completeAfter ?? first.after
  let reached = base?.reached ?? kept?.writers.at(-1)?.sequence ?? first.after
  for (const { token, after, sequence, head, stored } of newer.toReversed()) {
    // What came from elsewhere in between may have been appended there under any key.
    if (after > reached) completeAfter = Math.max(completeAfter, after)
    reached = sequence
    writers.set(token, { sequence, oid: head })
    for (const { key, sequence: keyed, oid } of stored?.keys ?? []) {
      ;(isAnswer(id, key) ? answers : keys).set(key, { sequence: keyed, oid })
    }
  }
  for (const map of [writers, keys]) {
    if (map.size > MOST_RECEIPTS) completeAfter = Math.max(completeAfter, trim(map))
  }
  return { latest: latest.oid, reached, completeAfter, writers, keys, answers }
}

/**
 * What a chain that begins again takes over.
 * @param settled the position up to which every output has settled: keys of answers before it are not needed
 */
export function keptOf(id: string, book: ReceiptBook, settled: number): KeptReceipts {
  const writers = new Map(book.writers)
  const keys = new Map(book.keys)
  const completeAfter = Math.max(book.completeAfter, trim(writers), trim(keys))
  const answers = [...book.answers].filter(([key]) => positionOfAnswer(id, key) >= settled)
  return { completeAfter, writers: batchesOf(writers), keys: batchesOf([...keys, ...answers]) }
}

/** Deletes the oldest receipts; says up to which sequence they are no longer complete. */
function trim(receipts: Map<string, Receipt>): number {
  let excess = receipts.size - KEPT_RECEIPTS
  let last = -1
  for (const [key, { sequence }] of receipts) {
    if (excess <= 0) break
    receipts.delete(key)
    last = Math.max(last, sequence)
    excess -= 1
  }
  return last
}

function mapOf(batches: readonly KeyedBatch[]): Map<string, Receipt> {
  return new Map(batches.map(({ key, sequence, oid }) => [key, { sequence, oid }]))
}

function batchesOf(receipts: Iterable<readonly [string, Receipt]>): KeyedBatch[] {
  return Array.from(receipts, ([key, { sequence, oid }]) => ({ key, sequence, oid }))
}
