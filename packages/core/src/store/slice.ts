// Slices: taken from a run to be appended, and checked by the store that appends them.

import type { BatchRecord } from '../history/records.ts'
import { isHexOf } from '../identity/hex.ts'
import { isGenesis } from './is-genesis.ts'
import type { Slice } from './run-store.ts'
import { type Head, missing, moved, StoreError, sealed } from './store-error.ts'

/**
 * Checks that a slice continues a run: each record follows the one before it, and has the oid of its commit.
 * @returns where the run ends after it
 * @throws {StoreError} `SEALED` if it takes no more, `MOVED` if it does not end at the expected head, `CORRUPT` if the slice does
 *   not continue it
 */
export function checkSlice(
  id: string,
  current: Head | undefined,
  expected: string | undefined,
  { records, commits, format }: Slice,
): Head {
  if (current?.successor !== undefined) throw sealed(id, current.successor)
  if (current?.head !== expected) throw moved(id, expected, current)
  if (records.length === 0) throw corrupt(id, (current?.sequence ?? -1) + 1, 'the slice is empty')
  let head = current?.head
  let sequence = (current?.sequence ?? -1) + 1
  for (const [at, record] of records.entries()) {
    const parent = isGenesis(record) ? undefined : (record as BatchRecord<unknown>).parent
    if (parent !== head || (head === undefined && record.oid !== id)) {
      throw corrupt(id, sequence, `it follows ${parent ?? 'nothing'}, and not ${head ?? 'nothing'}`)
    }
    const commit = commits[at]
    if (commit === undefined || !isHexOf(record.oid, format.hash(commit))) {
      throw corrupt(id, sequence, `its oid ${record.oid} is not that of its commit`)
    }
    head = record.oid
    sequence += 1
  }
  return { head: head as string, sequence: sequence - 1 }
}

/**
 * Checks that a run can be sealed.
 * @returns whether there is anything to do: it may be sealed for this successor already
 * @throws {StoreError} `MISSING`, `MOVED` if it does not end at the expected head, `SEALED` if it has another successor
 */
export function checkSeal(id: string, current: Head | undefined, expected: string, successor: string): boolean {
  if (current === undefined) throw missing(id)
  if (current.successor === successor) return false
  if (current.successor !== undefined) throw sealed(id, current.successor)
  if (current.head !== expected) throw moved(id, expected, current)
  return true
}

function corrupt(id: string, sequence: number, why: string): StoreError {
  return new StoreError(
    'CORRUPT',
    `the record ${sequence} of the run ${id} cannot be appended: ${why}; append what the run holds`,
  )
}
