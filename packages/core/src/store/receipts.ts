// The receipts of one run, for stores that keep them in memory: which append put which batch where.

import type { Receipt } from './run-store.ts'
import { StoreError } from './store-error.ts'

/** How many receipts a store keeps of a run, at least. */
export const KEPT_RECEIPTS = 1000

/** The receipts of a run. Those of writers and those of keys are counted apart. */
export interface Receipts {
  addWriter(writer: string, receipt: Receipt): void
  addKey(key: string, receipt: Receipt): void
  /**
   * @param settled the position up to which outputs have settled
   * @throws {StoreError} `UNKNOWN` if the receipt may have been trimmed
   */
  find(key: string, since: number, settled: number): Receipt | undefined
  /** Trims what is no longer needed, now that outputs up to a position have settled. */
  trim(settled: number): void
}

/** The receipts of a run that has none yet. */
export function startReceipts(id: string): Receipts {
  const writers = startBook()
  const keys = startBook()
  /** Keys of answers. They are kept until their outputs have settled, however many there are. */
  const answers = new Map<string, Receipt>()
  return {
    addWriter: (writer, receipt) => void writers.kept.set(writer, receipt),
    addKey: (key, receipt) => void (isAnswer(id, key) ? answers : keys.kept).set(key, receipt),
    find(key, since, settled) {
      const receipt = answers.get(key) ?? keys.kept.get(key) ?? writers.kept.get(key)
      const completeAfter = Math.max(keys.completeAfter, writers.completeAfter)
      if (receipt === undefined) checkTrimmed({ id, key, since }, { completeAfter, settled })
      return receipt
    },
    trim(settled) {
      trimBook(writers)
      trimBook(keys)
      for (const key of answers.keys()) if (positionOfAnswer(id, key) < settled) answers.delete(key)
    },
  }
}

interface Book {
  /** In the order in which they were added. */
  readonly kept: Map<string, Receipt>
  /** All receipts of later sequences are kept. */
  completeAfter: number
}

function startBook(): Book {
  return { kept: new Map(), completeAfter: -1 }
}

function trimBook(book: Book): void {
  let excess = book.kept.size - KEPT_RECEIPTS
  for (const [key, { sequence }] of book.kept) {
    if (excess <= 0) return
    book.kept.delete(key)
    book.completeAfter = Math.max(book.completeAfter, sequence)
    excess -= 1
  }
}

/** Whether a key is that of the answer to an output: `RUN-ID/POSITION`. No request can have such a key. */
export function isAnswer(id: string, key: string): boolean {
  return key.startsWith(`${id}/`)
}

/** The position of the output that an answer is for. */
export function positionOfAnswer(id: string, key: string): number {
  return Number(key.slice(id.length + 1))
}

/** The receipt that was asked for. */
export interface AskedReceipt {
  readonly id: string
  readonly key: string
  readonly since: number
}

/** Which receipts a store still has. */
export interface KeptReceipts {
  /** All receipts of later sequences are kept, */
  readonly completeAfter: number
  /** and those of answers to outputs that have not settled, which are the ones from this position on. */
  readonly settled: number
}

/**
 * Checks that a receipt that a store does not have never was.
 * @throws {StoreError} `UNKNOWN` if it may have been trimmed
 */
export function checkTrimmed({ id, key, since }: AskedReceipt, { completeAfter, settled }: KeptReceipts): void {
  const isOfAnswer = isAnswer(id, key)
  if (isOfAnswer ? positionOfAnswer(id, key) >= settled : since >= completeAfter) return
  const kept = isOfAnswer ? `the answers from position ${settled} on` : `the receipts after sequence ${completeAfter}`
  throw new StoreError(
    'UNKNOWN',
    `the store no longer knows whether this was appended to the run ${id}: it keeps ${kept}; read the run and decide`,
  )
}
