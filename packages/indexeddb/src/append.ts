// Appends in one transaction, which compares the head. If nobody else has changed the run since this tab wrote it, everything
// is asked for at once; the transaction is aborted if the comparison fails.

import {
  type AppendOptions,
  checkSlice,
  isGenesis,
  missing,
  type Slice,
  type StoredRecord,
  StoreError,
} from '@xmachines/core/store'
import type { IDBPTransaction } from 'idb'
import type { Database, RunRow, Tables } from './database.ts'
import { keepReceipts, type NewReceipt, unawaited } from './receipts.ts'

/** An append to be made. */
export interface Append {
  readonly id: string
  readonly expected: string | undefined
  readonly slice: Slice
  readonly options: AppendOptions
}

type Table = 'runs' | 'records' | 'receipts'
type Transaction = IDBPTransaction<Tables, Table[], 'readwrite'>

/**
 * Appends.
 * @param known the run as this tab wrote it last; the database may have another since
 * @returns the run after it
 * @throws {StoreError} as `RunStore.append`
 */
export async function appendIn(
  database: Database,
  durability: IDBTransactionDurability,
  append: Append,
  known: RunRow | undefined,
): Promise<RunRow> {
  const within = <Result>(tables: Table[], work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    inTransaction(database.transaction(tables, 'readwrite', { durability }), work)
  const after = known && rowAhead(known, append)
  if (known !== undefined && after !== undefined) {
    const written = await within(['runs', 'records'], (transaction) => writeAhead(transaction, append, known, after))
    if (written !== undefined) return written
  }
  return await within(['runs', 'records', 'receipts'], (transaction) => readAndWrite(transaction, append))
}

/** Runs work in a transaction. If the work throws or gives nothing, nothing is left behind. */
async function inTransaction<Result>(
  transaction: Transaction,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await work(transaction)
    if (result === undefined) {
      transaction.abort()
      await transaction.done.catch(() => undefined)
      return result
    }
    transaction.commit()
    await transaction.done
    return result
  } catch (thrown) {
    if (thrown instanceof StoreError) transaction.abort()
    await transaction.done.catch(() => undefined)
    throw thrown
  }
}

/** The run after an append that needs nothing from the database but the comparison. */
function rowAhead(known: RunRow, { id, expected, slice, options }: Append): RunRow | undefined {
  if (known.head !== expected || known.receipts.answer > 0 || (options.keys?.size ?? 0) > 0) return undefined
  try {
    return { ...known, ...checkSlice(id, known, expected, slice), position: slice.position }
  } catch {
    // What is wrong is said once the run was read.
    return undefined
  }
}

/** Writes without waiting, and compares then. Gives nothing if the run is not what it was. */
async function writeAhead(
  transaction: Transaction,
  append: Append,
  known: RunRow,
  after: RunRow,
): Promise<RunRow | undefined> {
  const runs = transaction.objectStore('runs')
  const asked = runs.get(append.id)
  addRecords(transaction, append, after.sequence)
  unawaited(runs.put(after))
  return JSON.stringify(await asked) === JSON.stringify(known) ? after : undefined
}

async function readAndWrite(transaction: Transaction, append: Append): Promise<RunRow> {
  const { id, expected, slice, options } = append
  const runs = transaction.objectStore('runs')
  const current = await runs.get(id)
  const head = checkSlice(id, current, expected, slice)
  addRecords(transaction, append, head.sequence)
  const first = head.sequence - slice.records.length + 1
  const added: NewReceipt[] = []
  for (const [key, sequence] of options.keys ?? []) {
    const { oid } = slice.records[sequence - first] as StoredRecord
    added.push({ key, sequence, oid })
  }
  const row: RunRow = { ...(current ?? begin(id, slice)), ...head, position: slice.position }
  const after: RunRow = { ...row, ...(await keepReceipts(transaction, row, added)) }
  unawaited(runs.put(after))
  return after
}

/** Adds the records of a slice. The last one has the token of the append, which is its receipt. */
function addRecords(transaction: Transaction, { id, slice, options }: Append, last: number): void {
  const table = transaction.objectStore('records')
  const first = last - slice.records.length + 1
  for (const [at, record] of slice.records.entries()) {
    const sequence = first + at
    unawaited(table.add({ id, sequence, record, ...(sequence === last && { writer: options.writer }) }))
  }
}

function begin(id: string, { records, settled = 0 }: Slice): RunRow {
  const [genesis] = records as [StoredRecord]
  if (!isGenesis(genesis)) throw missing(id)
  const { name, version } = genesis.machine
  return {
    id,
    head: id,
    sequence: -1,
    machine: { name, version },
    position: 0,
    lease: { owner: undefined, ttl: 0, beat: 0, settled },
    receipts: { key: 0, answer: 0 },
    completeAfter: -1,
  }
}
