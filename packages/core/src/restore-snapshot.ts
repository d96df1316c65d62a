// Restores a run from a snapshot rather than from its genesis: what lies before it is trusted, and not held.

import { complete } from './engine.ts'
import type { GenesisRecord, HistoryRecord } from './history.ts'
import { oidAt, oidsOf } from './identity.ts'
import { sequenceOf } from './log.ts'
import { checkMachine, type Machine, type RunEvent } from './machine.ts'
import { fromHex } from './oid.ts'
import { freezePlain } from './plain-data.ts'
import { broken } from './read-history.ts'
import { type ReplayOptions, replayGenesis, replayRecord, verifyGenesis } from './restore.ts'
import { Run } from './run.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** A snapshot, and what it belongs to. */
export interface SnapshotRecord {
  readonly genesis: GenesisRecord
  readonly sequence: number
  /** The oid of the batch that it materializes. */
  readonly oid: string
  /** Outputs since the genesis. */
  readonly position: number
  readonly state: unknown
}

/**
 * Restores a run from a snapshot that the caller trusts, and the records behind it, which are verified and replayed.
 * Batches and outputs before the snapshot are not held: `toJSON` and `ports` that ask for them are refused, and `history`
 * reads them once a recorder has them.
 *
 * @param machine the machine
 * @param snapshot the snapshot
 * @param records the batches behind it
 * @param options as for `restoreRun`
 * @returns a run of the same id and head
 * @throws {RunError} as `restoreRun` does
 */
export function restoreSnapshot<State, Event extends RunEvent, Output, Input>(
  machine: Machine<State, Event, Output, Input>,
  { genesis, sequence, oid, position, state }: SnapshotRecord,
  records: Iterable<HistoryRecord<RunEvent>>,
  options: ReplayOptions & { readonly head?: string } = {},
): Run<State, Event, Output, Input> {
  checkMachine(machine)
  const { checkDeterminism: twice = process.env.NODE_ENV !== 'production' } = options
  const log = replayGenesis(machine, genesis, options.format, twice)
  verifyGenesis(log, genesis)
  if (sequence > 0) {
    log.droppedBatches = sequence
    log.droppedOutputs = position
    freezePlain(state, 'state')
    log.state = state
    const oids = oidsOf(log)
    oids.digests = fromHex(oid)
    oids.latest = oids.digests
    oids.hashed = sequence
    log.version++
    if (machine.isDone(state as State)) complete(log)
  }
  let parent = oid
  for (const record of records) parent = replayRecord(log, record, parent, true, false, twice)
  const reached = sequenceOf(log)
  const head = oidAt(log, reached)
  if (options.head !== undefined && options.head !== head) {
    throw broken('HISTORY_MISMATCH', reached, `it ends at ${head}, and the head that is trusted is ${options.head}`)
  }
  return new Run(machine, log)
}
