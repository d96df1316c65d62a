// Replays a run from a snapshot: only what came after it is read from the store. What came before it is read if someone asks.

import type { Log } from '../engine/log.ts'
import { pickMachine } from '../machine/machine.ts'
import { restoreSnapshot, type SnapshotRecord } from '../recording/restore-snapshot.ts'
import { readDroppedBy } from '../recording/retention.ts'
import { internalsOf } from '../run/run.ts'
import { readEarlier } from './read-earlier.ts'
import { type ReplayStreamOptions, replayOnto } from './replay-stream.ts'
import type { RunStore } from './run-store.ts'

/**
 * The log of a run that begins with a snapshot.
 * @throws {RangeError} if the snapshot is one of another run
 * @throws {RunError} as `restoreRun`
 */
export async function replayAfter(
  store: RunStore,
  id: string,
  snapshot: SnapshotRecord,
  { machines, format, checkDeterminism }: ReplayStreamOptions,
): Promise<Log> {
  const { genesis, sequence } = snapshot
  if (genesis.oid !== id) {
    throw new RangeError(`the snapshot is one of the run ${genesis.oid}, and not of ${id}; give one of this run`)
  }
  const options = { checkDeterminism, ...(format !== undefined && { format }) }
  const { log } = internalsOf(restoreSnapshot(pickMachine(machines, genesis.machine), snapshot, [], options))
  readDroppedBy(log, (from, to) => readEarlier(store, id, from, to))
  await replayOnto(log, store.read(id, { from: sequence + 1 }), { checkDeterminism })
  return log
}
