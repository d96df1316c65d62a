// Reads and appends runs. It neither follows nor leases, so it serves a transaction as well.

import {
  type AppendOptions,
  checkSeal,
  checkTrimmed,
  type Head,
  isAnswer,
  type ListedRun,
  type ListOptions,
  missing,
  type ReadOptions,
  type Receipt,
  type RunStore,
  type Slice,
  type StoredRecord,
  StoreError,
  streamOf,
} from '@xmachines/core/store'
import { type AppendTarget, appendTo } from './append.ts'
import type { Connection, Value } from './connection.ts'
import { groupAppends } from './grouped-appends.ts'
import { arrayOf, stringOf, textOf } from './sql-text.ts'
import type { AppendKind, RunRow, Statements } from './statements.ts'

/** What a store does that is not about time. */
export interface RunTables
  extends Required<Pick<RunStore, 'head' | 'receipt' | 'read' | 'list' | 'name' | 'rename' | 'seal'>> {
  /**
   * As `RunStore.append`.
   * @returns the sequence of the last record
   */
  append(id: string, expected: string | undefined, slice: Slice, options: AppendOptions): Promise<number>
}

/** Records that were read together. */
interface Page {
  readonly records: readonly StoredRecord[]
  readonly isLast: boolean
  /** How many such records make a page of the right length. */
  readonly fitting: number
}

/** 128 random bits need so many printable characters. A shorter key is not looked for among the tokens of writers. */
const SHORTEST_TOKEN = 20
/** Where the values of a statement that appends are. */
const [ID, HEAD, POSITION, WRITER, RECORD, EXPECTED] = [0, 1, 3, 4, 5, 6]
/** How many characters of records are read at a time, roughly. */
const PAGE_BYTES = 500_000
/** How many records are read at first, and at most. */
const FIRST_PAGE = 256
const LONGEST_PAGE = 2048
/** How many runs are listed at a time. */
const LIST_PAGE = 500

/** How runs are appended to. */
interface RunTablesOptions {
  /** Whether the statement that appends also notifies others. */
  readonly notifies: boolean
  /** Whether appends to several runs may go together. Not within a transaction, where each follows the one before. */
  readonly groups: boolean
}

/** The tables of a database. */
export function runTables(
  connection: Connection,
  statements: Statements,
  { notifies, groups }: RunTablesOptions,
): RunTables {
  const appendGrouped = groupAppends<readonly Value[]>({
    alone: ({ values }) => appendAlone({ isNew: false, isSingle: true, hasKeys: false }, values),
    async together(appends) {
      const columns = [ID, EXPECTED, HEAD, POSITION, WRITER, RECORD].map((at) =>
        arrayOf(appends.map(({ values }) => values[at] as string | number)),
      )
      const rows = await connection.run(statements.appendEach(notifies), columns)
      return new Map(rows.map(({ id, sequence }) => [id, Number(sequence)]))
    },
  })

  async function appendAlone(
    kind: Omit<AppendKind, 'notifies'>,
    values: readonly Value[],
  ): Promise<number | undefined> {
    const [made] = await connection.run(statements.append({ ...kind, notifies }), values)
    return made && Number(made.sequence)
  }

  async function head(id: string): Promise<Head | undefined> {
    const [run] = await connection.run(statements.head, [textOf(id)])
    return run && endOf(run)
  }

  async function receipt(id: string, key: string, since: number): Promise<Receipt | undefined> {
    const [run] = await connection.run(statements.receipt, [textOf(id), textOf(key)])
    if (run === undefined) return undefined
    let found = run
    if (run.sequence === null && key.length >= SHORTEST_TOKEN && !isAnswer(id, key)) {
      found = (await connection.run(statements.writer, [textOf(id), textOf(key), since]))[0] ?? run
    }
    if (found.sequence !== null) {
      const sequence = Number(found.sequence)
      return { sequence, oid: parseRecord(id, sequence, found.record).oid }
    }
    checkTrimmed({ id, key, since }, { completeAfter: Number(run.keys_after), settled: Number(run.settled) })
    return undefined
  }

  /** One page of records, from a sequence on. */
  async function readPage(id: string, next: number, to: number, size: number): Promise<Page> {
    const last = Math.min(to, next + size - 1)
    const rows = await connection.run(statements.read, [textOf(id), next, last])
    const [first] = rows
    if (first === undefined) throw missing(id)
    const latest = Number(first.latest)
    let bytes = 0
    const records: StoredRecord[] = []
    for (const { sequence, record } of rows) {
      if (sequence === null) break
      const due = next + records.length
      if (Number(sequence) !== due) throw corrupt(id, due, 'is not there')
      bytes += record?.length ?? 0
      records.push(parseRecord(id, due, record))
    }
    if (next + records.length <= Math.min(last, latest)) throw corrupt(id, next + records.length, 'is not there')
    // Large batches come in short pages, so that memory stays bounded.
    const fitting = Math.floor((records.length * PAGE_BYTES) / Math.max(bytes, 1))
    return { records, isLast: last >= latest || last === to, fitting: Math.max(1, Math.min(LONGEST_PAGE, fitting)) }
  }

  function read(id: string, { from, to = Number.MAX_SAFE_INTEGER }: ReadOptions): ReadableStream<StoredRecord> {
    let next = from
    let size = FIRST_PAGE
    let coming: Promise<Page> | undefined
    return new ReadableStream<StoredRecord>(
      {
        async pull(controller) {
          if (next > to) return controller.close()
          const { records, isLast, fitting } = await (coming ?? readPage(id, next, to, size))
          next += records.length
          size = fitting
          // A pool gets the next page while this one is used.
          coming = isLast || !connection.isPool ? undefined : readPage(id, next, to, size)
          coming?.catch(() => undefined)
          for (const record of records) controller.enqueue(record)
          if (isLast) controller.close()
        },
      },
      { highWaterMark: 0 },
    )
  }

  async function* listRuns({ machine, unsettled = false }: ListOptions): AsyncGenerator<ListedRun, void> {
    const { name, version } = machine ?? {}
    const statement = statements.list({ byName: name !== undefined, byVersion: version !== undefined, unsettled })
    const filter = [name, version].filter((value) => value !== undefined).map(textOf)
    let after = '-1'
    for (;;) {
      const rows = await connection.run(statement, [after, LIST_PAGE, ...filter])
      for (const row of rows) yield listed(row)
      const last = rows.at(-1)
      if (last === undefined || rows.length < LIST_PAGE) return
      after = String(last.number)
    }
  }

  async function rename(key: string, expectedId: string | undefined, id: string | undefined): Promise<boolean> {
    const { giveName, changeName, dropName } = statements
    if (expectedId === undefined && id === undefined) return (await name(key)) === undefined
    const rows =
      id === undefined
        ? await connection.run(dropName, [textOf(key), textOf(expectedId as string)])
        : expectedId === undefined
          ? await connection.run(giveName, [textOf(key), textOf(id)])
          : await connection.run(changeName, [textOf(key), textOf(id), textOf(expectedId)])
    return rows.length > 0
  }

  async function name(key: string): Promise<string | undefined> {
    const [found] = await connection.run(statements.name, [textOf(key)])
    return found && stringOf(found.id)
  }

  return {
    head,
    append(id, expected, slice, options) {
      const run: AppendTarget['run'] = (kind, values) =>
        groups && kind.isSingle && !kind.isNew && !kind.hasKeys
          ? appendGrouped({ id: values[ID] as string, values })
          : appendAlone(kind, values)
      return appendTo({ run, head }, { id, expected, slice, options })
    },
    receipt,
    read,
    list: (options = {}) => streamOf(listRuns(options)),
    name,
    rename,
    async seal(id, expectedHead, successor) {
      const rows = await connection.run(statements.seal, [textOf(id), textOf(expectedHead), textOf(successor)])
      // If the run moves in between, it is asked again.
      if (rows.length === 0 && checkSeal(id, await head(id), expectedHead, successor)) {
        throw new StoreError('UNAVAILABLE', `whether the run ${id} is sealed is not known; try again`)
      }
    },
  }
}

/** Where a run ends. */
function endOf({ head, sequence, successor }: Pick<RunRow, 'head' | 'sequence' | 'successor'>): Head {
  return { head, sequence: Number(sequence), ...(successor !== null && { successor: stringOf(successor) }) }
}

function listed(row: RunRow): ListedRun {
  return {
    id: row.id,
    ...endOf(row),
    machine: { name: stringOf(row.machine_name), version: stringOf(row.machine_version) },
    position: Number(row.position),
    settled: Number(row.settled),
  }
}

function parseRecord(id: string, sequence: number, text: string | null): StoredRecord {
  try {
    const record: unknown = JSON.parse(text as string)
    if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as StoredRecord
  } catch {
    // Said below.
  }
  throw corrupt(id, sequence, 'is not a record')
}

function corrupt(id: string, sequence: number, why: string): StoreError {
  return new StoreError('CORRUPT', `the record ${sequence} of the run ${id} ${why}; restore it from a copy`)
}
