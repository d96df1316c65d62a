// A log that has nothing but the latest snapshot, of a run whose machine does not run here.

import { freezePlain } from '../data/plain-data.ts'
import { complete } from '../engine/commit.ts'
import { createLog, type Log } from '../engine/log.ts'
import { fromHex } from '../identity/hex.ts'
import { sha1 } from '../identity/object-format.ts'
import type { AnyMachine } from '../machine/machine.ts'
import { showAnew } from './tentative-log.ts'

/** A snapshot, and where it belongs. */
interface PlacedSnapshot {
  /** The id of the run. */
  readonly run: string
  /** The oid of the batch that it is behind. */
  readonly head: string
  readonly sequence: number
  /** Outputs since the genesis. */
  readonly position: number
  readonly state: unknown
  readonly status: 'active' | 'done' | 'error'
}

/** A log that shows a snapshot. */
export function snapshotLog(machine: AnyMachine, snapshot: PlacedSnapshot): Log {
  const { run } = snapshot
  const origin = { format: sha1, createdAt: 0, nonce: '', initial: undefined, input: undefined }
  const log = createLog(machine, origin, { checkDeterminism: false })
  log.chain = {
    genesis: run,
    machine: '',
    format: sha1,
    encode() {
      throw new Error('this run has no commits here; this is a bug of @xmachines/core')
    },
    width: run.length / 2,
    digests: new Uint8Array(),
    dropped: 0,
    sequence: 0,
  }
  showSnapshot(log, snapshot)
  return log
}

/** Has a log show a later snapshot. A fatal end is one of the run object at the other side, and not of this one. */
export function showSnapshot(log: Log, { head, sequence, position, state, status }: PlacedSnapshot): void {
  const { chain, batches, outputs } = log
  freezePlain(state, 'state', log.state)
  if (chain !== undefined) {
    chain.digests = fromHex(head)
    chain.dropped = chain.sequence = sequence
  }
  batches.dropped = sequence
  outputs.dropped = position
  log.state = state
  if (status === 'done') complete(log)
  showAnew(log)
}
