// The receipts of one run, for stores that keep them in memory: which append put which batch where.

import type { Receipt } from './run-store.ts'
import { StoreError } from './store-error.ts'

/** How many receipts a store keeps of a run, at least. */
export const KEPT_RECEIPTS = 1000

/** The receipts of a run. Those of writers and those of keys are counted apart. */
export interface Receipts {
  addWriter(writer: string, receipt: Receipt): void
  addKey(key: string, receipt: Receipt): void
  /** @throws {StoreError} `UNKNOWN` if receipts after `since` were trimmed */
  find(key: string, since: number): Receipt | undefined
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
    find(key, since) {
      if (isAnswer(id, key)) return answers.get(key)
      const receipt = keys.kept.get(key) ?? writers.kept.get(key)
      const completeAfter = Math.max(keys.completeAfter, writers.completeAfter)
      if (receipt === undefined && since < completeAfter) throw unknown(id, completeAfter)
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

/** The error for a receipt that may have been trimmed. */
export function unknown(id: string, completeAfter: number): StoreError {
  return new StoreError(
    'UNKNOWN',
    `the store no longer knows whether this was appended to the run ${id}: it keeps the receipts after sequence ${completeAfter}; ` +
      'read the run and decide',
  )
}
