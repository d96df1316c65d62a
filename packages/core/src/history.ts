// The history of a run as others see it: records, the stream of them, and the document that holds them all.

import { stateOid } from './commit.ts'
import { type Feed, FeedSource, unbuffered } from './feed.ts'
import { nonceOf, oidAt, oidsOf, runId } from './identity.ts'
import { type EarlierReader, type Log, sequenceOf } from './log.ts'
import { mustBe } from './quote.ts'

/** The record of a genesis commit: frozen plain data. */
export interface GenesisRecord {
  /** The run's id. */
  readonly oid: string
  readonly format: 'sha1' | 'sha256'
  /** The machine, and the oid of its commit. */
  readonly machine: { readonly name: string; readonly version: string; readonly oid: string }
  /** Whole seconds since the epoch. */
  readonly createdAt: number
  /** 32 hex digits. */
  readonly nonce: string
  readonly input?: unknown
}

/** The record of a batch's commit: frozen plain data. */
export interface BatchRecord<Event> {
  readonly oid: string
  /** The oid of the commit before it. */
  readonly parent: string
  readonly events: readonly Event[]
}

/** One commit of a run's history (RFC Run v1 §10). */
export type HistoryRecord<Event> = GenesisRecord | BatchRecord<Event>

/** A whole history as one document, which `run.toJSON()` gives and `restoreRun` takes. */
export interface RunDocument<Event> {
  readonly format: 'xmachines/1'
  readonly records: readonly HistoryRecord<Event>[]
  /** How many batches there are. */
  readonly sequence: number
  /** The oid of the latest commit. */
  readonly head: string
  /** The oid of the blob of the latest state: its canonical JSON and a line end. */
  readonly state: string
}

/** What part of a history to read. */
export interface HistoryOptions {
  /** The sequence of the first record: 0, the genesis, unless given. */
  readonly from?: number
  /** Goes on as batches are committed, and ends with the run. */
  readonly follow?: boolean
}

/** The record of a log's genesis. */
export function genesisRecord(log: Log): GenesisRecord {
  const { origin, machine } = log
  const { genesis, machine: machineOid } = oidsOf(log)
  const { format, createdAt, input } = origin
  const record = {
    oid: genesis,
    format: format.name,
    machine: Object.freeze({ name: machine.name, version: machine.version, oid: machineOid }),
    createdAt,
    nonce: nonceOf(log),
  }
  return Object.freeze(input === undefined ? record : { ...record, input })
}

/** A stream of a log's records. */
export function historyStream(
  log: Log,
  { from = 0, follow = false }: HistoryOptions,
): ReadableStream<HistoryRecord<unknown>> {
  const end = sequenceOf(log)
  if (!Number.isInteger(from) || from < 0 || from > end + 1) {
    throw new RangeError(mustBe('from', from, `a sequence from 0 to ${end}, or ${end + 1} for what comes next`))
  }
  let next = from
  let earlier: EarlierReader | undefined
  const feed: Feed<HistoryRecord<unknown>> = {
    hasNext: () => next <= (follow ? sequenceOf(log) : end),
    next: () => recordAt(log, next++),
    fetch: () => (next > 0 && next <= log.droppedBatches ? (earlier ??= log.earlier?.())?.read(next++) : undefined),
    ending: () => (follow && log.end === undefined ? undefined : {}),
  }
  const source = new FeedSource(log, feed, () => earlier?.close())
  return new ReadableStream(source, unbuffered)
}

/** The document of a log. */
export function toDocument(log: Log): RunDocument<unknown> {
  const sequence = sequenceOf(log)
  return Object.freeze({
    format: 'xmachines/1',
    records: Object.freeze(Array.from({ length: sequence + 1 }, (_, at) => recordAt(log, at))),
    sequence,
    head: oidAt(log, sequence),
    state: stateOid(log.origin.format, log.state),
  })
}

function recordAt(log: Log, sequence: number): HistoryRecord<unknown> {
  if (sequence === 0) return genesisRecord(log)
  const { droppedBatches: dropped } = log
  const batch = log.batches[sequence - 1 - dropped]
  if (batch === undefined) {
    throw new RangeError(
      `batch ${sequence} is not held, only those from ${dropped + 1} on: read repository.history('${runId(log)}')`,
    )
  }
  const events = Array.isArray(batch) ? batch : Object.freeze([batch])
  return Object.freeze({ oid: oidAt(log, sequence), parent: oidAt(log, sequence - 1), events })
}
