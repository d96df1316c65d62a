// Appends a slice with one statement, which compares the head. It is checked before, because the database verifies nothing.

import {
  type AppendOptions,
  checkSlice,
  type Head,
  isAnswer,
  isGenesis,
  moved,
  positionOfAnswer,
  type Slice,
  type StoredRecord,
  StoreError,
  sealed,
} from '@xmachines/core/store'
import type { Value } from './connection.ts'
import { textOf } from './sql-text.ts'
import type { AppendKind } from './statements.ts'
import { codeOf } from './store-problem.ts'

/** An append to be made. */
export interface Append {
  readonly id: string
  readonly expected: string | undefined
  readonly slice: Slice
  readonly options: AppendOptions
}

/** What an append needs of the store. */
export interface AppendTarget {
  /** Runs the statement. Answers where the run ends then; undefined if it did not end at the expected head. */
  run(kind: Omit<AppendKind, 'notifies'>, values: readonly Value[]): Promise<number | undefined>
  head(id: string): Promise<Head | undefined>
}

/**
 * Appends a slice.
 * @returns the sequence of its last record
 * @throws {StoreError} as `RunStore.append`
 */
export async function appendTo({ run, head }: AppendTarget, { id, expected, slice, options }: Append): Promise<number> {
  const last = await checked()
  const { records, position, settled = 0 } = slice
  const isSingle = records.length === 1
  const { writer, keys = new Map<string, number>() } = options
  const values: Value[] = [
    textOf(id),
    last,
    records.length,
    position,
    textOf(writer),
    JSON.stringify(isSingle ? records[0] : records),
    ...(expected === undefined ? begin(records[0], settled) : [expected]),
  ]
  if (keys.size > 0) {
    const rows = Array.from(keys, ([key, sequence]) => ({
      key: textOf(key),
      sequence,
      position: isAnswer(id, key) ? positionOfAnswer(id, key) : null,
    }))
    values.push(JSON.stringify(rows), rows.filter(({ position }) => position === null).length)
  }
  const sequence = await attempt()
  if (sequence !== undefined) return sequence
  const current = await head(id)
  throw current?.successor === undefined ? moved(id, expected, current) : sealed(id, current.successor)

  /** Checks the slice; returns the oid of its last record. */
  async function checked(): Promise<string> {
    if (slice.records.length === 0) {
      throw new StoreError(
        'CORRUPT',
        `nothing was appended to the run ${id}: the slice is empty; append at least one record`,
      )
    }
    try {
      // Where the run ends is compared by the statement. The sequence is needed only to say what is wrong.
      return checkSlice(id, expected === undefined ? undefined : { head: expected, sequence: 0 }, expected, slice).head
    } catch {
      return checkSlice(id, await head(id), expected, slice).head
    }
  }

  async function attempt(): Promise<number | undefined> {
    try {
      return await run({ isNew: expected === undefined, isSingle, hasKeys: keys.size > 0 }, values)
    } catch (thrown) {
      const code = codeOf((thrown as StoreError).cause)
      // A key whose sequence is not in the slice. No other value can be missing.
      if (code === '23502') {
        throw new StoreError(
          'CORRUPT',
          `nothing was appended to the run ${id}: a key is for a sequence that is not in the slice; give the sequence of its batch`,
          { cause: thrown },
        )
      }
      // In stricter isolation than READ COMMITTED, a lost race is an error.
      if (code === '40001') {
        const current = await head(id).catch(() => undefined)
        if (current !== undefined && (current.head !== expected || current.successor !== undefined)) return undefined
      }
      throw thrown
    }
  }
}

/** The machine of a new run, and where its settled outputs end. */
function begin(genesis: StoredRecord | undefined, settled: number): Value[] {
  // The check lets only a record without a parent begin a run.
  if (genesis === undefined || !isGenesis(genesis)) {
    throw new StoreError('CORRUPT', 'a new run must begin with its genesis; append that first')
  }
  const { name, version } = genesis.machine
  return [textOf(name), textOf(version), settled]
}
