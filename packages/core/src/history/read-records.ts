// Reads the records of a history from outside. A malformed record is refused with its sequence. No oid is verified here.

import { describeThrown, describeValue, isA, wrongValue } from '../data/describe-value.ts'
import { NotPlain } from '../data/not-plain.ts'
import { copyPlain } from '../data/plain-data.ts'
import { admitEvents } from '../engine/admit.ts'
import type { Batch } from '../engine/log.ts'
import { Refusal } from '../engine/refusal.ts'
import { RunError, type RunErrorCode, type RunErrorDetails } from '../machine/run-error.ts'
import type { GenesisRecord, RunDocument } from './records.ts'

/** The latest time of a genesis, in seconds since the epoch: in the year 2242. */
export const MOST_SECONDS: number = 2 ** 33 - 1

/** What a document says about its end. */
export type EndOfDocument = Partial<Pick<RunDocument<unknown>, 'sequence' | 'head' | 'state'>>

/** A history whose records are about to be read. */
export interface OpenHistory {
  readonly records: Iterable<unknown>
  readonly document: EndOfDocument | undefined
}

/**
 * Opens a document or an iterable of records.
 * @throws {TypeError} if it is neither
 * @throws {RunError} `INVALID_HISTORY` if it is a document of another format
 */
export function openHistory(history: unknown): OpenHistory {
  if (typeof history === 'object' && history !== null) {
    const read = readDocument(history)
    if (read === undefined) return { records: history as Iterable<unknown>, document: undefined }
    const { format, records, sequence, head, state } = read
    if (Array.isArray(records)) {
      if (format === 'xmachines/1') return { records, document: { sequence, head, state } as EndOfDocument }
      throw malformed(0, `its format is ${describeValue(format)}; this version reads xmachines/1`)
    }
    if (format !== undefined) throw malformed(0, 'it has no array of records')
  }
  throw new TypeError(wrongValue('the history', history, 'what run.toJSON() gives (parsed), or an iterable of records'))
}

/** The members of a document, or undefined for an iterable. */
function readDocument(history: object): Partial<Record<keyof RunDocument<unknown>, unknown>> | undefined {
  return reading('it', 0, () => (Symbol.iterator in history ? undefined : { ...history }))
}

/**
 * A copy of the genesis record.
 * @throws {RunError} `INVALID_HISTORY` if it is malformed
 */
export function readGenesis(record: unknown): GenesisRecord {
  const genesis = copyGenesis(record) as Partial<GenesisRecord>
  const { oid, format, machine, createdAt, nonce, forkedFrom } = genesis
  const isGood = {
    oid: typeof oid === 'string',
    format: format === 'sha1' || format === 'sha256',
    machine: [machine?.name, machine?.version, machine?.oid].every((part) => typeof part === 'string'),
    createdAt: isCreatedAt(createdAt),
    nonce: isHex(nonce, 32),
    forkedFrom: forkedFrom === undefined || isHex(forkedFrom, format === 'sha1' ? 40 : 64),
  }
  const wrong = (Object.keys(isGood) as (keyof typeof isGood)[]).find((key) => !isGood[key])
  if (wrong === undefined) return genesis as GenesisRecord
  const problem = wrong === 'machine' ? 'not { name, version, oid }' : describeValue(genesis[wrong])
  throw malformed(0, `the genesis record is malformed: ${wrong} is ${problem}`)
}

function isHex(text: unknown, digits: number): boolean {
  return typeof text === 'string' && text.length === digits && /^[0-9a-f]+$/.test(text)
}

/**
 * The batch of a record, and the oid that the record says it has.
 * @param expected the oid of the record before it, if that is to be verified
 * @throws {RunError} `INVALID_HISTORY` if the record is malformed, `HISTORY_MISMATCH` if it has another parent
 */
export function readBatch(
  record: unknown,
  sequence: number,
  expected: string | undefined,
): { oid: string; batch: Batch } {
  return reading('the record', sequence, () => readMembers(record, sequence, expected))
}

function readMembers(record: unknown, sequence: number, expected: string | undefined): { oid: string; batch: Batch } {
  if (typeof record !== 'object' || record === null) {
    throw malformed(sequence, wrongValue('the record', record, '{ oid, parent, events }'))
  }
  const { oid, parent, events } = record as {
    readonly oid?: unknown
    readonly parent?: unknown
    readonly events?: unknown
  }
  if (typeof oid !== 'string') throw malformed(sequence, `the record's oid is ${describeValue(oid)}`)
  if (!Array.isArray(events) || events.length === 0) {
    const what = Array.isArray(events) ? 'an empty array' : describeValue(events)
    throw malformed(sequence, `the record's events are ${what}; they must be an array of at least one`)
  }
  if (expected !== undefined && parent !== expected) {
    throw broken(
      'HISTORY_MISMATCH',
      sequence,
      `its parent is ${describeValue(parent)}, but the record before it is ${expected}`,
    )
  }
  const batch = admitEvents(events)
  if (batch instanceof Refusal) throw malformed(sequence, batch.message)
  return { oid, batch }
}

function copyGenesis(record: unknown): object {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw malformed(0, wrongValue('the record', record, 'an object'))
  }
  return reading('the record', 0, () => {
    // The input has the limits of plain data to itself, as it had when the run was created.
    const { input, ...others } = record as Partial<GenesisRecord>
    const copied = copyPlain(others, 'record') as object
    return input === undefined ? copied : Object.freeze({ ...copied, input: copyPlain(input, 'record.input') })
  })
}

/** Reads something from outside. A proxy or an accessor may throw anything. */
function reading<Read>(what: string, sequence: number, read: () => Read): Read {
  try {
    return read()
  } catch (thrown) {
    if (isA(thrown, RunError)) throw thrown
    if (isA(thrown, NotPlain)) throw malformed(sequence, thrown.message)
    throw malformed(sequence, `${what} cannot be read: ${describeThrown(thrown)}`, thrown)
  }
}

/**
 * Checks that a document ends where it says.
 * @throws {RunError} `HISTORY_MISMATCH` if it does not
 */
export function checkEnd(document: EndOfDocument | undefined, sequence: number, head: string): void {
  if (document === undefined || (document.sequence === sequence && document.head === head)) return
  throw broken(
    'HISTORY_MISMATCH',
    sequence,
    `it ends at sequence ${sequence}, ${head}, but says ${describeValue(document.sequence)}, ${describeValue(document.head)}`,
  )
}

/** The error of a history that breaks at a sequence. */
export function broken(
  code: RunErrorCode,
  sequence: number,
  why: string,
  more?: Pick<RunErrorDetails, 'cause' | 'threw'>,
): RunError {
  return new RunError(code, `the history breaks at sequence ${sequence}: ${why}`, { sequence, ...more })
}

/** Whether it is a time that a genesis may have: whole seconds since the epoch. */
export function isCreatedAt(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_SECONDS
}

function malformed(sequence: number, why: string, cause?: unknown): RunError {
  return broken('INVALID_HISTORY', sequence, why, { cause })
}

/** The error for a history without records. */
export function emptyHistory(): RunError {
  return malformed(0, 'it is empty; it begins with a genesis record')
}
