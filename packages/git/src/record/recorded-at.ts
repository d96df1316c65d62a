// How far a run is recorded, as its ref tells: what stands there must be a commit of that very run, and not before what was
// told to be safe.

import type { Recordable } from '@xmachines/core/internal'
import { readCommit } from '../objects/commit.ts'
import { hexOf } from '../objects/object-id.ts'
import type { ReadObject } from '../objects/object-stream.ts'
import { findCommon } from '../read/divergence.ts'
import { divergedAt, lacksDropped, movedBack, type Recording } from './recording-errors.ts'

/**
 * The sequence at which the ref of a run stands; undefined where there is none.
 * @param now what is known of the recording, which may go on while the ref is read
 * @throws {GitError} `HISTORY_DIVERGED`, or `NOT_RECORDED` where the repository lacks what the run let go of
 */
export async function recordedAt<State, Event, Output>(
  read: (ref: string) => Promise<ReadObject | undefined>,
  taping: Recordable<State, Event, Output>,
  now: () => Recording,
): Promise<number | undefined> {
  const object = await read(now().ref)
  const { recorded } = now()
  if (object === undefined) {
    if (recorded >= 0) throw movedBack(now(), 'was deleted')
    if (taping.dropped > 0) throw lacksDropped(now(), 'has nothing of the run')
    return undefined
  }
  const commit = readCommit(object)
  const sequence = commit === undefined ? -1 : commit.committed - commit.authored
  if (sequence >= 0 && sequence < taping.dropped) {
    throw recorded < 0
      ? lacksDropped(now(), `is at sequence ${sequence}`)
      : movedBack(now(), `was moved back to sequence ${sequence}`)
  }
  const known = sequence >= 0 && sequence <= taping.sequence && hexOf(taping.digestAt(sequence)) === object.oid
  if (!known) {
    const common = await findCommon(read, object, taping)
    throw divergedAt(now(), { sequence, oid: object.oid }, common)
  }
  if (sequence < recorded) throw movedBack(now(), `was moved back to sequence ${sequence}`)
  return sequence
}
