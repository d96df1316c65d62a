// Restores a run from a snapshot rather than from its genesis: what lies before it is trusted, and not held. Part of
// `@xmachines/core/recording`.

import { complete } from './engine.ts'
import type { GenesisRecord, HistoryRecord } from './history.ts'
import { oidAt, oidsOf } from './identity.ts'
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
 * Batches and outputs before the snapshot are not held: `history`, `toJSON` and `ports` that ask for them are refused.
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
    // Arrays of holes: lengths, and so sequences and positions, are as if all of it were there.
    log.batches.length = sequence
    log.outputs.length = position
    freezePlain(state, 'state')
    log.state = state
    const oids = oidsOf(log)
    oids.digests = new Uint8Array((sequence + 1) * oids.width)
    oids.digests.set(fromHex(genesis.oid))
    oids.digests.set(fromHex(oid), sequence * oids.width)
    oids.latest = fromHex(oid)
    oids.hashed = sequence
    log.version++
    if (machine.isDone(state as State)) complete(log)
  }
  let parent = oid
  for (const record of records) parent = replayRecord(log, record, parent, true, false, twice)
  const head = oidAt(log, log.batches.length)
  if (options.head !== undefined && options.head !== head) {
    throw broken(
      'HISTORY_MISMATCH',
      log.batches.length,
      `it ends at ${head}, and the head that is trusted is ${options.head}`,
    )
  }
  return new Run(machine, log)
}
