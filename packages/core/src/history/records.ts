// The history of a run as others see it: its records, and the document that holds them all.

import { itemAt } from '../engine/kept.ts'
import { chainOf, eventsOf, type Log, oidAt, runId, sequenceOf } from '../engine/log.ts'
import { nonceOf } from '../identity/chain.ts'
import { stateOid } from '../identity/genesis-objects.ts'

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
  /** The oid of the commit that the run was forked from, if `forkRun` made it. */
  readonly forkedFrom?: string
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

/** A whole history as one document: what `run.toJSON()` gives and `restoreRun` takes. */
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

/** Which part of a history to read. */
export interface HistoryOptions {
  /** The sequence of the first record: 0, the genesis, unless given. */
  readonly from?: number
  /** Whether to continue as batches are committed, until the run ends. */
  readonly follow?: boolean
}

/** The record of a log's genesis. */
export function genesisRecord(log: Log): GenesisRecord {
  const { origin, machine } = log
  const { genesis, machine: machineOid } = chainOf(log)
  const { format, createdAt, input, forkedFrom } = origin
  return Object.freeze({
    oid: genesis,
    format: format.name,
    machine: Object.freeze({ name: machine.name, version: machine.version, oid: machineOid }),
    createdAt,
    nonce: nonceOf(origin),
    ...(input !== undefined && { input }),
    ...(forkedFrom !== undefined && { forkedFrom }),
  })
}

/**
 * The record of the commit with a sequence; 0 is the genesis.
 * @throws {RangeError} if the log has dropped it
 */
export function recordAt(log: Log, sequence: number): HistoryRecord<unknown> {
  if (sequence === 0) return genesisRecord(log)
  const batch = itemAt(log.batches, sequence - 1)
  if (batch === undefined) {
    throw new RangeError(
      `the run has dropped batch ${sequence}, and keeps those from ${log.batches.dropped + 1} on: ` +
        `read repository.history('${runId(log)}')`,
    )
  }
  return Object.freeze({ oid: oidAt(log, sequence), parent: oidAt(log, sequence - 1), events: eventsOf(batch) })
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
