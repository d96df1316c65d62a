// Restores a run from a snapshot, not from its genesis. What comes before the snapshot is trusted, and not kept.

import { hasMode } from '../data/mode.ts'
import { freezePlain } from '../data/plain-data.ts'
import { complete } from '../engine/commit.ts'
import { chainOf, oidAt, sequenceOf } from '../engine/log.ts'
import { broken } from '../history/read-records.ts'
import type { GenesisRecord, HistoryRecord } from '../history/records.ts'
import { replayGenesis, replayRecord } from '../history/replay.ts'
import { startAt } from '../identity/chain.ts'
import { type AnyMachine, checkMachine, type Machine, type RunEvent } from '../machine/machine.ts'
import type { Run } from '../run/run.ts'
import { runOf } from '../run/run-object.ts'
import type { ReplayOptions } from '../run/run-options.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** A snapshot, and where it belongs. */
export interface SnapshotRecord {
  readonly genesis: GenesisRecord
  readonly sequence: number
  /** The oid of the batch whose state it is. */
  readonly oid: string
  /** Outputs since the genesis. */
  readonly position: number
  readonly state: unknown
}

/**
 * Restores a run from a snapshot that the caller trusts, and the records after it, which are verified and replayed. Batches
 * and outputs before the snapshot are not kept: `toJSON` and `ports` that ask for them are refused, and `history` reads
 * them once a recorder has them.
 *
 * @param machine the machine
 * @param snapshot the snapshot
 * @param records the batches after it
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
  const { format, checkDeterminism = hasMode ? process.env.NODE_ENV !== 'production' : false } = options
  const plan = { pick: (): AnyMachine => machine, format, revalidate: false, checkDeterminism }
  const log = replayGenesis(genesis, plan)
  if (sequence > 0) {
    log.batches.dropped = sequence
    log.outputs.items = []
    log.outputs.dropped = position
    freezePlain(state, 'state')
    log.state = state
    startAt(chainOf(log), sequence, oid)
    log.version++
    if (machine.isDone(state as State)) complete(log)
  }
  let parent = oid
  for (const record of records) parent = replayRecord(log, record, parent, plan)
  const reached = sequenceOf(log)
  const head = oidAt(log, reached)
  if (options.head !== undefined && options.head !== head) {
    throw broken('HISTORY_MISMATCH', reached, `it ends at ${head}, but the trusted head is ${options.head}`)
  }
  return runOf(machine, log)
}
