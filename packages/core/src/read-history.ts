// Reads histories from outside: what is malformed is refused with the sequence at which it is. Verifies no oid.

import { admitEvents } from './admit.ts'
import type { GenesisRecord, RunDocument } from './history.ts'
import { describeThrown, isA, NotPlain } from './not-plain.ts'
import { copyPlain } from './plain-data.ts'
import { mustBe, quote } from './quote.ts'
import { RunError, type RunErrorCode } from './run-error.ts'
import { isWhole, MOST_SECONDS } from './run-options.ts'
import { type Batch, Refusal } from './step.ts'

/** What a document says of its end. */
export type EndOfDocument = Partial<Pick<RunDocument<unknown>, 'sequence' | 'head' | 'state'>>

/** A history whose records are about to be read. */
export interface OpenHistory {
  readonly records: Iterable<unknown>
  readonly document: EndOfDocument | undefined
}

/** Tells a document from an iterable of records, and refuses what is neither. */
export function openHistory(history: unknown): OpenHistory {
  if (typeof history === 'object' && history !== null) {
    const read = readDocument(history)
    if (read === undefined) return { records: history as Iterable<unknown>, document: undefined }
    const { format, records, sequence, head, state } = read
    if (Array.isArray(records)) {
      if (format === 'xmachines/1') return { records, document: { sequence, head, state } as EndOfDocument }
      throw broken('INVALID_HISTORY', 0, `its format is ${quote(format)}; this version reads xmachines/1`)
    }
    if (format !== undefined) throw broken('INVALID_HISTORY', 0, 'it has no array of records')
  }
  throw new TypeError(mustBe('the history', history, 'what run.toJSON() gives (parsed), or an iterable of records'))
}

/** The members of a document; undefined of an iterable. */
function readDocument(history: object): Partial<Record<keyof RunDocument<unknown>, unknown>> | undefined {
  try {
    return Symbol.iterator in history ? undefined : { ...history }
  } catch (thrown) {
    throw broken('INVALID_HISTORY', 0, `it cannot be read: ${describeThrown(thrown)}`, thrown)
  }
}

/** The genesis record, copied. */
export function readGenesis(record: unknown): GenesisRecord {
  const genesis = copyRecord(record, 0) as Partial<GenesisRecord>
  const { oid, format, machine, createdAt, nonce } = genesis
  const machineIs = (key: 'name' | 'version' | 'oid'): boolean => typeof machine?.[key] === 'string'
  const problem =
    (typeof oid !== 'string' && `oid is ${quote(oid)}`) ||
    (format !== 'sha1' && format !== 'sha256' && `format is ${quote(format)}`) ||
    (!(machineIs('name') && machineIs('version') && machineIs('oid')) && 'machine is not { name, version, oid }') ||
    (!isWhole(createdAt, MOST_SECONDS) && `createdAt is ${quote(createdAt)}`) ||
    (!(typeof nonce === 'string' && /^[0-9a-f]{32}$/.test(nonce)) && `nonce is ${quote(nonce)}`)
  if (problem === false) return genesis as GenesisRecord
  throw broken('INVALID_HISTORY', 0, `the genesis record is malformed: ${problem}`)
}

/** The batch of a record, and the oid that it says it has. */
export function readBatch(
  record: unknown,
  sequence: number,
  expected: string,
  verify: boolean,
): { oid: string; batch: Batch } {
  try {
    return readMembers(record, sequence, expected, verify)
  } catch (thrown) {
    if (isA(thrown, RunError)) throw thrown
    throw broken('INVALID_HISTORY', sequence, `the record cannot be read: ${describeThrown(thrown)}`, thrown)
  }
}

function readMembers(
  record: unknown,
  sequence: number,
  expected: string,
  verify: boolean,
): { oid: string; batch: Batch } {
  if (typeof record !== 'object' || record === null) {
    throw broken('INVALID_HISTORY', sequence, `the record is ${quote(record)}; it must be { oid, parent, events }`)
  }
  const { oid, parent, events } = record as {
    readonly oid?: unknown
    readonly parent?: unknown
    readonly events?: unknown
  }
  if (typeof oid !== 'string') throw broken('INVALID_HISTORY', sequence, `the record's oid is ${quote(oid)}`)
  if (!Array.isArray(events) || events.length === 0) {
    const what = Array.isArray(events) ? 'an empty array' : quote(events)
    throw broken('INVALID_HISTORY', sequence, `the record's events are ${what}; they must be an array of at least one`)
  }
  if (verify && parent !== expected) {
    throw broken(
      'HISTORY_MISMATCH',
      sequence,
      `its parent is ${quote(parent)}, and the record before it is ${expected}`,
    )
  }
  const batch = admitEvents(events)
  if (batch instanceof Refusal) throw broken('INVALID_HISTORY', sequence, batch.message)
  return { oid, batch }
}

function copyRecord(record: unknown, sequence: number): object {
  try {
    const copied = copyPlain(record, 'record')
    if (typeof copied === 'object' && copied !== null) return copied
  } catch (problem) {
    if (problem instanceof NotPlain) throw broken('INVALID_HISTORY', sequence, problem.message)
    throw problem
  }
  throw broken('INVALID_HISTORY', sequence, `the record is ${quote(record)}; it must be an object`)
}

/** Refuses a document that does not end where it says. */
export function checkEnd(document: EndOfDocument | undefined, sequence: number, head: string): void {
  if (document === undefined || (document.sequence === sequence && document.head === head)) return
  throw broken(
    'HISTORY_MISMATCH',
    sequence,
    `it ends at sequence ${sequence}, ${head}, and says that it ends at ${quote(document.sequence)}, ${quote(document.head)}`,
  )
}

/** The refusal of a history at a sequence. */
export function broken(code: RunErrorCode, sequence: number, why: string, cause?: unknown): RunError {
  return new RunError(code, `the history breaks at sequence ${sequence}: ${why}`, { sequence, cause })
}
