// How far a run is recorded, read from its ref. The ref must point to a commit of that very run, and not before what
// was acknowledged. A batch with the oid of the run's own may be another writer's: a recorder takes for its own only what
// the run began with, what was acknowledged to it, and what its receipts prove.

import type { Recordable } from '../core-internals.ts'
import type { GitError } from '../git-error.ts'
import type { CommitPoint } from '../objects/batch-commit.ts'
import { hexOf } from '../objects/object-id.ts'
import type { ObjectSource } from '../objects/object-reader.ts'
import { findCommon } from '../read/divergence.ts'
import { readHead } from '../refs/read-head.ts'
import { type FoundReceipts, findReceipts, ownBatches } from './receipt-chain.ts'
import {
  lacksDropped,
  lostRace,
  otherHistory,
  type RecordingPlace,
  rewound,
  runSealed,
  unknownResult,
} from './recording-errors.ts'

/** How far a run is recorded. */
export interface RecordedAt extends FoundReceipts {
  /** The sequence up to which the ref has the run's own batches; −1 if there is no ref. */
  readonly sequence: number
  /** Why the run cannot be recorded from there on. */
  readonly failure: GitError | undefined
}

/**
 * Finds out how far a run is recorded.
 * @param now what is known about the recording, which may continue while the ref is read
 * @throws {GitError} `HISTORY_DIVERGED`, or `NOT_RECORDED` if the repository lacks what the run dropped
 */
export async function recordedAt<State, Event, Output>(
  source: ObjectSource,
  history: Recordable<State, Event, Output>,
  { now, receipts }: { readonly now: () => RecordingPlace; readonly receipts: string },
): Promise<RecordedAt> {
  const head = await readHead(source, now().ref)
  const { recorded } = now()
  if (head === undefined) {
    if (recorded >= 0) throw rewound(now(), 'was deleted')
    if (history.dropped > 0) throw lacksDropped(now(), 'does not exist')
    const { tip } = await findReceipts(source, receipts, undefined)
    return { sequence: -1, tip, latest: undefined, failure: undefined }
  }
  const { sequence, oid } = head
  if (sequence >= 0 && sequence < history.dropped) {
    throw recorded < 0
      ? lacksDropped(now(), `is at sequence ${sequence}`)
      : rewound(now(), `was moved back to sequence ${sequence}`)
  }
  const oidAt = (at: number): string => hexOf(history.digestAt(at))
  const known = sequence >= 0 && sequence <= history.sequence && oidAt(sequence) === oid
  const common = known ? { sequence, oid } : await findCommon(source, head, history)
  const shared = common?.sequence ?? -1
  // After the head: receipts of later appends are skipped, and this append will lose its race.
  const { tip, latest } = await findReceipts(source, receipts, (receipt) => {
    if (receipt.sequence > shared) return false
    return receipt.sequence < history.dropped || oidAt(receipt.sequence) === receipt.head
  })
  const own = await ownBatches(source, history, { latest, shared })
  const failure = failureOf(own.sequence)
  return { sequence: own.sequence, tip, latest, failure }

  function failureOf(mine: number): GitError | undefined {
    const then = { ...now(), recorded: Math.max(mine, recorded) }
    const found = { sequence, oid }
    if (own.unknown) return unknownResult(then, found)
    const successor = latest?.stored?.successor
    if (successor !== undefined) return runSealed(then, successor)
    const last: CommitPoint | undefined = mine < shared ? { sequence: mine, oid: oidAt(mine) } : common
    if (!known) return otherHistory(then, found, last)
    if (sequence < recorded) return rewound(then, `was moved back to sequence ${sequence}`)
    return last === undefined || mine === sequence ? undefined : lostRace(then, found, last)
  }
}
